import assert from 'node:assert/strict'
import { revokeDevice } from '@cloudos/crypto/change-authority'
import { saveSlots } from '@cloudos/crypto/change-slots'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import type { FoundedProfile } from '@cloudos/crypto/found-profile'
import { wordsFromPhrase } from '@cloudos/crypto/phrase'
import { createSlot } from '@cloudos/crypto/slots'
import { createDice } from '@cloudos/crypto/testing/seeded'
import type { Dice } from '@cloudos/crypto/testing/seeded'
import { createWalletKey } from '@cloudos/crypto/testing/wallet-key'
import { passphraseWay, phraseWay, walletWay } from '@cloudos/crypto/way-in'
import type { WayIn } from '@cloudos/crypto/way-in'
import { SnapshotMemory } from '@cloudos/mesh/copy/kept-snapshots'
import { SaidHeads } from '@cloudos/mesh/copy/said-heads'
import { knownAlone } from '@cloudos/mesh/copy/lie'
import { writeCopy } from '@cloudos/mesh/copy/write-copy'
import type { SeenHead } from '@cloudos/protocol/sightings'
import type { Profile } from '@cloudos/mesh/profile'
import { nameDevice } from '@cloudos/mesh/profile-doc/device-names'
import { openProfileDoc } from '@cloudos/mesh/profile-doc/profile-doc'
import { DOC } from '@cloudos/mesh/testing/family'
import { foundWith, keptOf, newDevice, openKept } from '@cloudos/mesh/testing/profiles'
import { hexFromBytes, utf8 } from '@cloudos/protocol/bytes'
import { encodeSlot } from '@cloudos/protocol/slot'
import type { SlotWay } from '@cloudos/protocol/slot'
import { unlockMessage } from '@cloudos/protocol/unlock-message'
import type { Vault } from '@cloudos/protocol/vault'
import type { StoredWays } from '@cloudos/protocol/way-commands'
import { NOW_MS, stillClock } from '../protected-house.ts'
import { partsOf } from './dump-parts.ts'
import type { DumpParts } from './dump-parts.ts'
import { foundRobbableFolder } from './folder-layout.ts'
import type { Dump, RobbableMedium } from './layout.ts'

/** A profile whose medium is dumped after every save, by somebody who also has a device of it that was removed meanwhile. */
export interface RobbedProfile {
  readonly founded: FoundedProfile
  /** What must not be found in any dump, by what it is. */
  readonly canaries: ReadonlyMap<string, Uint8Array>
  readonly ways: readonly WayIn[]
  /** Oldest first; the last is how the medium is now. */
  readonly dumps: readonly [Dump, ...Dump[]]
  readonly parts: DumpParts
  /** What whoever runs the medium has besides. */
  readonly witnessed: readonly Uint8Array[]
  /** The whole log, as every device knows it now. */
  readonly entries: readonly Uint8Array[]
  readonly seen: SeenHead
  readonly identities: { readonly reader: DeviceIdentity; readonly removed: DeviceIdentity }
  /** What the removed device has gone on writing under the epoch it knows. */
  readonly lateFrames: readonly Uint8Array[]
}

const NOTES = ['the heron lands at dawn', 'under the third stone', 'call Ines before noon', 'the key is with the baker']

export async function robProfile(
  seed: number,
  found: () => Promise<RobbableMedium> = foundRobbableFolder,
): Promise<RobbedProfile> {
  const dice = createDice(seed)
  const [writer, reader, removed] = [newDevice(dice), newDevice(dice), newDevice(dice)]
  const founded = await foundWith(dice, [[writer, 'agent'], [reader, 'browser'], [removed, 'agent']]) // prettier-ignore
  const secrets = drawSecrets(founded, dice)
  await using medium = await found()
  await using store = await medium.connect()
  const profile = await openKept(keptOf(founded, writer, dice), stillClock)
  const dumps: Dump[] = []
  let seen: SeenHead | undefined
  let ways: StoredWays | undefined
  const protect = async (vault: Vault, slots: readonly Uint8Array[]): Promise<void> => {
    const power = { state: profile.authority.state, root: founded.rootSigner, rng: dice, nowMs: NOW_MS }
    const saved = await saveSlots(power, { slots, vault, vaultKey: secrets.vaultKey })
    await profile.authority.take(saved.entries.map(({ bytes }) => bytes))
    ways = saved
  }
  const save = async (note: string): Promise<void> => {
    await write(profile, reader, note)
    const work = {
      store,
      profile,
      identity: writer,
      ways: () => ways,
      medium: 'stick',
      heldHead: undefined,
      isTrusted: false,
      lost: new Set<never>(),
      garbage: [],
      snapshots: new SnapshotMemory(),
      saidHeads: new SaidHeads(),
      onIncident: () => undefined,
    }
    seen = await writeCopy({ ...work, known: knownAlone(seen), nowMs: NOW_MS })
    dumps.push(await medium.dump())
  }

  const slots = await Promise.all(secrets.ways.map((one) => slotOf(founded, one, secrets.vaultKey, dice)))
  await protect(secrets.vault, slots.slice(0, 2))
  await save(NOTES[0] ?? '')
  await protect(secrets.vault, slots)
  await save(NOTES[1] ?? '')
  const power = { state: profile.authority.state, root: founded.rootSigner, rng: dice, nowMs: NOW_MS }
  const revocation = { deviceId: removed.deviceId, reason: 'stolen', admitted: new Map<never, never>() } as const
  const { entries, keyByEpoch } = await revokeDevice(power, revocation)
  await profile.authority.take(entries.map(({ bytes }) => bytes))
  await protect({ ...secrets.vault, keyByEpoch: new Map([...founded.keyByEpoch, ...keyByEpoch]) }, slots)
  await save(NOTES[2] ?? '')
  await save(NOTES[3] ?? '')

  const [first, ...later] = dumps
  assert.ok(first && seen)
  const known = [...profile.authority.entries().values()]
  await profile.close()
  const witnessed = await medium.witnessed()
  return {
    founded,
    canaries: secrets.canaries,
    ways: secrets.ways.map(({ wayIn }) => wayIn),
    dumps: [first, ...later],
    parts: partsOf(medium.layout),
    witnessed,
    entries: known,
    seen,
    identities: { reader, removed },
    lateFrames: await writeLate(founded, removed, dice),
  }
}

interface ProtectedWay {
  readonly wayIn: WayIn
  readonly way: SlotWay
}

function drawSecrets({ profileId, rootSeed, keyByEpoch, recoverySeed }: FoundedProfile, dice: Dice) {
  const entropy = dice.bytes(32)
  const passphrase = 'five unrelated words of mine'
  const wallet = createWalletKey(dice)
  // The least that is allowed: ten thousand openings must not take hours.
  const cost = { memoryKiB: 8 * 1024, passes: 1, lanes: 1, salt: dice.bytes(16) }
  const ask = (nonce: Uint8Array) => Promise.resolve(wallet.sign(utf8(unlockMessage(profileId, nonce))))
  const ways: readonly ProtectedWay[] = [
    { wayIn: phraseWay(entropy), way: { kind: 'phrase' } },
    { wayIn: passphraseWay(passphrase), way: { kind: 'passphrase', cost } },
    { wayIn: walletWay('wallet-message', ask), way: { kind: 'wallet-message' } },
  ]
  const [vaultKey, secretsKey] = [dice.bytes(32), dice.bytes(32)]
  const media = [{ label: 'stick on the key ring', adapter: 'folder', settings: utf8('/media/robin/stick') }]
  const labelBySlot = new Map([[hexFromBytes(dice.bytes(32)), 'Glow on the phone']])
  const vault: Vault = { rootSeed, keyByEpoch, secretsKey, media, labelBySlot }
  const words = wordsFromPhrase(entropy)
  const texts = [
    ...NOTES,
    ...DEVICE_NAMES,
    ...ADDRESSES,
    SETTING,
    passphrase,
    wallet.address,
    ...media.map(({ label }) => label),
  ]
  const canaries = new Map<string, Uint8Array>([
    ...[...texts, '/media/robin/stick', 'Glow on the phone', words.join(' ')].map(
      (text) => [text, utf8(text)] as const,
    ),
    ...[...keyByEpoch].map(([epoch, key]) => [`key of epoch ${epoch}`, key] as const),
    ['public key of the wallet', wallet.publicKey],
    ['entropy of the phrase', entropy],
    ['root', rootSeed],
    ['recovery key', recoverySeed],
    ['vault key', vaultKey],
    ['secrets key', secretsKey],
  ])
  return { ways, vault, vaultKey, canaries }
}

const DEVICE_NAMES = ['attic of the old mill', 'telephone of Robin']
const SETTING = 'only between ten and six'
/** Where devices and people are found. */
const ADDRESSES = [
  '/ip4/192.168.178.23/tcp/40123/ws',
  '/dns4/mill.example.org/tcp/443/wss',
  'robin@example.org',
  'attic.fritz.box',
]

async function slotOf({ profileId }: FoundedProfile, way: ProtectedWay, vaultKey: Uint8Array, rng: Dice) {
  const slot = await createSlot(profileId, { ...way, vaultKey, rng })
  assert.ok(slot.ok)
  return encodeSlot(slot.value)
}

async function write(profile: Profile, named: DeviceIdentity, note: string): Promise<void> {
  const about = await openProfileDoc(profile.replica)
  const [name = '', other = ''] = DEVICE_NAMES
  nameDevice(about.ydoc, named.deviceId, name)
  for (const { deviceId } of profile.membership.members())
    if (deviceId !== named.deviceId) nameDevice(about.ydoc, deviceId, other)
  about.ydoc.getMap('settings').set('quiet', SETTING)
  about.ydoc.getMap('settings').set('reached by', ADDRESSES)
  const notes = await profile.replica.open(DOC)
  notes.ydoc.getText('text').insert(0, `${note}\n`)
  await Promise.all([about.durable(), notes.durable()])
}

async function writeLate(founded: FoundedProfile, removed: DeviceIdentity, dice: Dice): Promise<readonly Uint8Array[]> {
  const profile = await openKept(keptOf(founded, removed, dice), stillClock)
  const doc = await profile.replica.open(DOC)
  doc.ydoc.getText('text').insert(0, 'written by the thief\n')
  await doc.durable()
  const frames: Uint8Array[] = []
  for await (const { frame } of doc.scan(0)) frames.push(frame.slice())
  await profile.close()
  return frames
}
