import 'fake-indexeddb/auto'
import { createDice } from '@cloudos/crypto/testing/seeded'
import type { WayIn } from '@cloudos/crypto/way-in'
import type { BlobStore, Clock } from '@cloudos/protocol/ports'
import type { Result } from '@cloudos/protocol/result'
import { createBlobStore } from '@cloudos/storage-adapters/blob-store'
import { createMemoryMedium } from '@cloudos/storage-adapters/memory'
import type { MemoryMedium } from '@cloudos/storage-adapters/memory'
import { openInTab } from '../browser-profile.ts'
import { foundHere } from '../found.ts'
import type { HeldProfile } from '../held.ts'
import { findKeptProfile, openKeep } from '../keep.ts'
import type { KeepDatabase, KeptProfile } from '../keep.ts'
import type { ProfileInTab } from '../profile.ts'
import type { ProfileStatus } from '../status.ts'
import { unlockHere } from '../unlock-here.ts'
import type { NewWay, OpenRefusal } from '../ways.ts'

export const dice = createDice(0xca7)
let browsers = 0

export const clock: Clock = {
  nowMs: () => 1_700_000_000_000,
  monotonicMs: () => 0,
  sleep: (_delayMs, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => { resolve() })), // prettier-ignore
}

/** What one browser stores, and the tabs that open it; the clock stands still and no device is in reach. */
export interface Browser {
  readonly keep: KeepDatabase
  readonly media: MemoryMedium
  readonly medium: BlobStore
  /** Resolves when a tab is told to lock because another one has revoked a way in. */
  readonly stale: Promise<void>
  readonly kept: () => Promise<KeptProfile>
  readonly openTab: () => Promise<ProfileInTab>
  readonly unlock: (way: WayIn) => Promise<Result<HeldProfile, OpenRefusal>>
  readonly openUnlocked: (way: WayIn) => Promise<ProfileInTab>
}

export async function createBrowser(): Promise<Browser> {
  const keep = await openKeep(`keep-${String(browsers++)}`)
  const media = createMemoryMedium()
  const medium: BlobStore = createBlobStore(media)
  const stale = Promise.withResolvers<void>()
  const open = (held: HeldProfile): Promise<ProfileInTab> => {
    const ears = {
      onProblem: (problem: Error) => { throw problem }, // prettier-ignore
      onStale: stale.resolve, // prettier-ignore
    }
    const direct = { connect: () => Promise.reject(new Error('no place in reach')), given: undefined }
    return openInTab({ held, keep, medium, locks: navigator.locks, clock, rng: dice, persisted: true, ears, direct })
  }
  const browser: Browser = {
    keep,
    media,
    medium,
    stale: stale.promise,
    async kept() {
      const kept = await findKeptProfile(keep)
      if (kept === undefined) throw new Error('nothing is kept')
      return kept
    },
    async openTab() {
      const kept = await browser.kept()
      if (kept.protection !== 'none') throw new Error('it does not open by itself')
      return open({ profileId: kept.profileId, secrets: kept.secrets })
    },
    async unlock(way) {
      const kept = await browser.kept()
      if (kept.protection !== 'sealed') throw new Error('it opens by itself')
      return unlockHere(kept, keep, medium, way)
    },
    async openUnlocked(way) {
      const unlocked = await browser.unlock(way)
      if (!unlocked.ok) throw new Error(`refused: ${unlocked.error.kind}`)
      return open(unlocked.value)
    },
  }
  return browser
}

export async function foundBrowser(): Promise<Browser> {
  const browser = await createBrowser()
  await foundHere({ keep: browser.keep, rng: dice, clock, deviceName: 'Browser' })
  return browser
}

/** The first status that is as it should be. */
export function statusWhere(tab: ProfileInTab, isSo: (status: ProfileStatus) => boolean): Promise<ProfileStatus> {
  return new Promise((resolve) => {
    const leave = tab.onStatus((status) => {
      if (!isSo(status)) return
      queueMicrotask(() => { leave() }) // prettier-ignore
      resolve(status)
    })
  })
}

/** With the least cost that is allowed. */
export function cheapPassphrase(wayIn: WayIn): NewWay {
  return {
    wayIn,
    way: { kind: 'passphrase', cost: { memoryKiB: 8 * 1024, passes: 1, lanes: 1, salt: dice.bytes(16) } },
  }
}
