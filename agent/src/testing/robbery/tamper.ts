import { createSigner, signFor } from '@cloudos/crypto/signature'
import type { Signer } from '@cloudos/crypto/signature'
import { hashId } from '@cloudos/crypto/hash'
import type { Dice } from '@cloudos/crypto/testing/seeded'
import { concatBytes } from '@cloudos/protocol/bytes'
import { encodeHead } from '@cloudos/protocol/head'
import type { Head } from '@cloudos/protocol/head'
import { encodePackIndex } from '@cloudos/protocol/pack-index'
import type { PackIndex } from '@cloudos/protocol/pack-index'
import { encodeSigned } from '@cloudos/protocol/signed'
import type { Dump } from './layout.ts'
import type { RobbedProfile } from './robbed-profile.ts'

/** What a thief with every dump, a removed device and a profile of their own can make of the newest dump. */
export interface Loot {
  readonly robbed: RobbedProfile
  /** The thief's own profile, open to them. */
  readonly own: RobbedProfile
}

export interface Tampering {
  /** `knowing`: a reader without any memory cannot tell this from the past, and is told that one medium proves nothing of the present. */
  readonly toldBy: 'everybody' | 'knowing'
  readonly tamper: (loot: Loot, dice: Dice) => Dump | Promise<Dump>
}

export const TAMPERINGS: Readonly<Record<string, Tampering>> = {
  'bits flipped in any file': everybody(({ robbed }, dice) => {
    const dump = now(robbed)
    return changed(dump, dice.pick([...dump.keys()]), (bytes) => flipped(bytes, dice))
  }),
  'a file cut short or made longer': everybody(({ robbed }, dice) => {
    const dump = now(robbed)
    return changed(dump, dice.pick([...dump.keys()]), (bytes) =>
      dice.below(2) === 0
        ? bytes.slice(0, dice.below(bytes.length))
        : concatBytes(bytes, dice.bytes(1 + dice.below(9))),
    )
  }),
  'files missing': everybody(({ robbed }, dice) => {
    const dump = new Map(now(robbed))
    for (let left = 1 + dice.below(3); left > 0; left--) dump.delete(dice.pick([...dump.keys()]))
    return dump
  }),
  'two blobs swapped': everybody(({ robbed }, dice) => {
    const dump = now(robbed)
    const [a, b] = dice.shuffle(robbed.parts.leadsTo(dump))
    return a === undefined || b === undefined ? dump : new Map([...dump, [a, bytesAt(dump, b)], [b, bytesAt(dump, a)]])
  }),
  'a blob of an older generation in the place of another': everybody(({ robbed }, dice) => {
    const dump = now(robbed)
    const older = dice.pick(robbed.dumps.slice(0, -1))
    return changed(dump, dice.pick(robbed.parts.leadsTo(dump)), () =>
      bytesAt(older, dice.pick(robbed.parts.leadsTo(older))),
    )
  }),
  'a blob of another profile in the place of one': everybody(({ robbed, own }, dice) => {
    const dump = now(robbed)
    return changed(dump, dice.pick(robbed.parts.leadsTo(dump)), () =>
      bytesAt(now(own), dice.pick(robbed.parts.leadsTo(now(own)))),
    )
  }),
  'bits flipped in the head, under its right name': everybody(({ robbed }, dice) =>
    robbed.parts.replaceHead(now(robbed), flipped(robbed.parts.headOf(now(robbed)).bytes, dice)),
  ),
  'a head of an older generation in its place': everybody(({ robbed }, dice) => {
    const older = dice.pick(robbed.dumps.slice(0, -1))
    return robbed.parts.replaceHead(new Map([...older, ...now(robbed)]), robbed.parts.headOf(older).bytes)
  }),
  'a head of an older generation beside it': everybody(({ robbed }, dice) => {
    const older = dice.pick(robbed.dumps.slice(0, -1))
    return robbed.parts.showHeadBeside(new Map([...older, ...now(robbed)]), robbed.parts.headOf(older).bytes)
  }),
  'another profile in its place, or beside it': everybody(({ robbed, own }, dice) => {
    const { replaceHead, showHeadBeside } = robbed.parts
    const put = dice.below(2) === 0 ? replaceHead : showHeadBeside
    return put(new Map([...now(robbed), ...now(own)]), robbed.parts.headOf(now(own)).bytes)
  }),
  'another profile with the slots of this one': everybody(({ robbed, own }, dice) => {
    const { slots } = robbed.parts.headOf(now(robbed)).head
    return resigned(now(own), own, dice, { slots: dice.shuffle(slots) })
  }),
  'a head changed, and signed by a key that may not': everybody(({ robbed }, dice) => {
    const dump = now(robbed)
    const change = dice.pick(headChanges(robbed, dump, dice))()
    return resigned(withThePast(robbed, dump), robbed, dice, { ...change, ...drawPlace(robbed, dump, dice) })
  }),
  'an index changed, and its head signed by a key that may not': everybody(({ robbed }, dice) => {
    const dump = now(robbed)
    const index = dice.pick(indexChanges(robbed, dump, dice))()
    const [changedDump, packIndexBlob] = robbed.parts.withBlob(withThePast(robbed, dump), encodePackIndex(index))
    return resigned(changedDump, robbed, dice, { packIndexBlob, ...drawPlace(robbed, dump, dice) })
  }),
  'a head changed, and signed by a device that may write heads but not its ways in': everybody(
    async ({ robbed }, dice) => {
      const dump = now(robbed)
      const { signer, deviceId } = robbed.identities.reader
      const change = { ...dice.pick(headChanges(robbed, dump, dice))(), ...drawPlace(robbed, dump, dice) }
      const head = { ...robbed.parts.headOf(dump).head, ...change, writer: deviceId }
      return robbed.parts.replaceHead(withThePast(robbed, dump), await signedHead(head, signer))
    },
  ),
  'an old log, and a head by the device that was in at that time': {
    toldBy: 'knowing',
    tamper: async ({ robbed }, dice) => {
      const older = dice.pick(robbed.dumps.slice(0, -1))
      const { head, bytes } = robbed.parts.headOf(older)
      const { gen } = robbed.parts.headOf(now(robbed)).head
      const { signer, deviceId } = robbed.identities.removed
      const [dump, packIndexBlob] = robbed.parts.withBlob(
        older,
        encodePackIndex(withLateFrames(robbed, robbed.parts.indexOf(older))),
      )
      const late = robbed.parts.withBlob(dump, concatBytes(...robbed.lateFrames))[0]
      return robbed.parts.replaceHead(
        late,
        await signedHead(
          { ...head, gen: gen + 1 + dice.below(3), prev: hashId(bytes), packIndexBlob, writer: deviceId },
          signer,
        ),
      )
    },
  },
}

function everybody(tamper: Tampering['tamper']): Tampering {
  return { toldBy: 'everybody', tamper }
}

function headChanges(robbed: RobbedProfile, dump: Dump, dice: Dice): readonly (() => Partial<Head>)[] {
  const { slots } = robbed.parts.headOf(dump).head
  const { slots: pastSlots, vaultBlob, authorityTip } = robbed.parts.headOf(dice.pick(robbed.dumps.slice(0, -1))).head
  return [
    () => ({ slots: slots.slice(1) }),
    () => ({ slots: [...slots, ...slots.slice(0, 1)] }),
    () => ({ slots: dice.shuffle([...slots, ...pastSlots]) }),
    () => ({ slots: pastSlots, vaultBlob }),
    () => ({ vaultBlob }),
    () => ({ authorityTip }),
    () => ({}),
  ]
}

function indexChanges(robbed: RobbedProfile, dump: Dump, dice: Dice): readonly (() => PackIndex)[] {
  const index = robbed.parts.indexOf(dump)
  const past = robbed.parts.indexOf(dice.pick(robbed.dumps.slice(0, -1)))
  const { packs, authorityBlobs } = index
  return [
    () => ({ ...index, packs: packs.slice(0, dice.below(packs.length)) }),
    () => ({ ...index, packs: [...packs, ...dice.shuffle(packs).slice(0, 1)] }),
    () => ({ ...index, packs: past.packs }),
    () => ({ ...index, packs: dice.shuffle([...packs, ...past.packs]) }),
    () => ({ ...index, authorityBlobs: past.authorityBlobs }),
    () => ({ ...index, authorityBlobs: [...authorityBlobs, ...past.authorityBlobs] }),
    () => withLateFrames(robbed, index),
  ]
}

/** The place of the genuine head, or a later one. */
function drawPlace(robbed: RobbedProfile, dump: Dump, dice: Dice): Partial<Head> {
  const { head, bytes } = robbed.parts.headOf(dump)
  return dice.below(2) === 0 ? {} : { gen: head.gen + 1 + dice.below(5), prev: hashId(bytes) }
}

/** Every blob there ever was, and what the removed device wrote late. */
function withThePast(robbed: RobbedProfile, dump: Dump): Dump {
  const { dumps, lateFrames } = robbed
  return robbed.parts.withBlob(new Map([...dumps.flatMap((one) => [...one]), ...dump]), concatBytes(...lateFrames))[0]
}

async function resigned(dump: Dump, robbed: RobbedProfile, dice: Dice, change: Partial<Head>): Promise<Dump> {
  const { bytes, head } = robbed.parts.headOf(dump)
  const next = { ...head, ...change }
  const { removed, reader } = robbed.identities
  const foreign = createSigner(dice.bytes(32))
  const signers: readonly (() => Promise<Uint8Array>)[] = [
    () => signedHead(next, foreign),
    () => signedHead({ ...next, writer: removed.deviceId }, removed.signer),
    () => signedHead({ ...next, writer: reader.deviceId }, removed.signer),
    () => Promise.resolve(encodeSigned(encodeHead(next), bytes.subarray(-64))),
  ]
  return robbed.parts.replaceHead(dump, await dice.pick(signers)())
}

async function signedHead(head: Head, signer: Signer): Promise<Uint8Array> {
  const payload = encodeHead(head)
  return encodeSigned(payload, await signFor(signer, 'head', payload))
}

/** The frames that the removed device wrote after it was removed, as one more pack. */
function withLateFrames(robbed: RobbedProfile, index: PackIndex): PackIndex {
  const bytes = concatBytes(...robbed.lateFrames)
  const [like] = index.packs
  if (like === undefined) return index
  return { ...index, packs: [...index.packs, { ...like, blob: hashId(bytes), sizeBytes: bytes.length }] }
}

function flipped(bytes: Uint8Array, dice: Dice): Uint8Array {
  const copy = bytes.slice()
  for (let left = 1 + dice.below(3); left > 0; left--) {
    const at = dice.below(copy.length)
    copy[at] = (copy[at] ?? 0) ^ (1 << dice.below(8))
  }
  return copy
}

function changed(dump: Dump, path: string, change: (bytes: Uint8Array) => Uint8Array): Dump {
  return new Map([...dump, [path, change(bytesAt(dump, path))]])
}

function bytesAt(dump: Dump, path: string): Uint8Array {
  return dump.get(path) ?? new Uint8Array(0)
}

/** How the folder is when the thief puts it back. */
function now({ dumps }: RobbedProfile): Dump {
  return dumps.at(-1) ?? dumps[0]
}
