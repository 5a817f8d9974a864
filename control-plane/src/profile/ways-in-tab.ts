import { createPassphraseCost } from '@cloudos/crypto/passphrase'
import { wordsFromPhrase } from '@cloudos/crypto/phrase'
import { createSlot } from '@cloudos/crypto/slots'
import { passphraseWay, phraseWay } from '@cloudos/crypto/way-in'
import type { Rng } from '@cloudos/protocol/ports'
import { ok } from '@cloudos/protocol/result'
import { encodeSlot } from '@cloudos/protocol/slot'
import { askLeader } from './ask-leader.ts'
import type { HeldProfile } from './held.ts'
import type { ProfileInTab } from './profile.ts'
import type { NewWay } from './ways.ts'

type WaysInTab = Pick<
  ProfileInTab,
  'protect' | 'addWay' | 'removeWay' | 'sealHere' | 'openByItself' | 'words' | 'kitChecked'
>

/** Slots are made in the tab where the person is; the leader puts them in force. */
export function waysInTab(held: HeldProfile, channel: BroadcastChannel, rng: Rng): WaysInTab {
  const addWay = async ({ wayIn, way }: NewWay, label: string): ReturnType<ProfileInTab['addWay']> => {
    const slot = await createSlot(held.profileId, { wayIn, way, vaultKey: held.secrets.vaultKey, rng })
    if (!slot.ok) return slot
    await askLeader(channel, { ask: 'add', slot: encodeSlot(slot.value), label })
    return ok(undefined)
  }
  return {
    addWay,
    protect: async (passphrase) => {
      const way = { kind: 'passphrase', cost: createPassphraseCost(rng) } as const
      const { stretchAside } = await import('./stretch-aside.ts')
      await addWay({ wayIn: passphraseWay(passphrase, stretchAside), way }, 'Passphrase')
    },
    removeWay: (name, mode, oldWords) =>
      askLeader(channel, { ask: 'remove', name, mode, ...(oldWords && { oldWords }) }),
    sealHere: () => askLeader(channel, { ask: 'seal' }),
    openByItself: () => askLeader(channel, { ask: 'open-by-itself' }),
    words: () => {
      const { phrase } = held.secrets
      return Promise.resolve(phrase && wordsFromPhrase(phrase))
    },
    kitChecked: async () => {
      const { phrase } = held.secrets
      if (phrase !== undefined) await addWay({ wayIn: phraseWay(phrase), way: { kind: 'phrase' } }, 'Recovery words')
    },
  }
}
