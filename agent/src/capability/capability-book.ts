import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { signFor } from '@cloudos/crypto/signature'
import { encodeCapabilityRecord } from '@cloudos/protocol/capability-record'
import type { CapabilityRecord, Space } from '@cloudos/protocol/capability-record'
import type { Clock } from '@cloudos/protocol/ports'
import { encodeSigned } from '@cloudos/protocol/signed'
import type { Settings } from '../journal/settings.ts'
import type { Findings } from './host.ts'

export interface CapabilityBookParts {
  readonly measure: () => Promise<Findings>
  readonly identity: DeviceIdentity
  readonly settings: Settings
  readonly clock: Clock
  readonly version: string
}

/** Whoever asks within this time of a look gets what was seen then. */
const FRESH_MS = 10_000
const LIFE_MS = 15 * 60_000

interface Page {
  readonly findings: Findings
  readonly record: CapabilityRecord
  readonly bytes: Uint8Array
}

/**
 * What this device says it can do. Nothing is looked at until somebody asks, and nothing runs in between. A new record, with the next
 * seq, is signed when something has changed or the last one is half through its life.
 */
export class CapabilityBook {
  readonly #parts: CapabilityBookParts
  #page: Page | undefined
  #lookedAtMs = -Infinity
  #looking: Promise<Page> | undefined

  constructor(parts: CapabilityBookParts) {
    this.#parts = parts
  }

  /** The signed record (`encodeSigned`). Those who ask while it is being made get the same. */
  async current(): Promise<Uint8Array> {
    const isFresh = this.#parts.clock.monotonicMs() - this.#lookedAtMs < FRESH_MS
    if (this.#page !== undefined && isFresh) return this.#page.bytes
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    return (await this.#looking).bytes
  }

  async #look(): Promise<Page> {
    const { measure, clock } = this.#parts
    const findings = await measure()
    const page = this.#page !== undefined && this.#holds(this.#page, findings) ? this.#page : await this.#sign(findings)
    this.#page = page
    this.#lookedAtMs = clock.monotonicMs()
    return page
  }

  #holds({ findings: before, record }: Page, now: Findings): boolean {
    const ageMs = this.#parts.clock.nowMs() - record.measuredAtMs
    return ageMs >= 0 && ageMs < LIFE_MS / 2 && outlineOf(before) === outlineOf(now)
  }

  async #sign(findings: Findings): Promise<Page> {
    const { identity, settings, clock, version } = this.#parts
    const seq = Number(settings.find('capability-seq') ?? 0) + 1
    settings.set('capability-seq', String(seq)) // before anybody sees it: a seq is never used twice
    const measuredAtMs = clock.nowMs()
    const record: CapabilityRecord = {
      ...findings,
      deviceId: identity.deviceId,
      seq,
      measuredAtMs,
      expiresAtMs: measuredAtMs + LIFE_MS,
      agentVersion: version,
    }
    const payload = encodeCapabilityRecord(record)
    const bytes = encodeSigned(payload, await signFor(identity.signer, 'capability-record', payload))
    return { findings, record, bytes }
  }
}

/** What counts as a change: of free space a twentieth of the whole, for it moves all the time. */
function outlineOf({ memory, disk, ...rest }: Findings): string {
  return JSON.stringify([rest, roughly(memory), roughly(disk)])
}

function roughly({ totalMiB, freeMiB }: Space): readonly [number, number] {
  return [totalMiB, Math.round((20 * freeMiB) / Math.max(1, totalMiB))]
}
