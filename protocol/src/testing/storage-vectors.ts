import { concatBytes } from '../bytes.ts'
import { encodeHead } from '../head.ts'
import type { Head } from '../head.ts'
import { encodeHeads } from '../heads.ts'
import type { ChainHead } from '../chain-heads.ts'
import { NO_HASH, chainKey } from '../ids.ts'
import type { ChainKey } from '../ids.ts'
import { LIMITS } from '../limits.ts'
import { encodePackIndex } from '../pack-index.ts'
import { encodeSlot } from '../slot.ts'
import type { SlotWay } from '../slot.ts'
import { encodeSnapshotAck } from '../snapshot-ack.ts'
import { encodeSnapshotList } from '../snapshot-list.ts'
import { encodeSnapshot } from '../snapshot.ts'
import { encodeVault } from '../vault.ts'
import { SAMPLE_MS, sampleBytes, sampleHex, sampleId } from './samples.ts'
import { bad, badEdits, badForms, good } from './vector.ts'
import type { Vectors } from './vector.ts'

function sampleSlot(way: SlotWay): Uint8Array {
  return encodeSlot({
    ...way,
    nonce: sampleBytes(16, 0x01),
    pepper: sampleBytes(32, 0x20),
    keyCommitment: sampleBytes(16, 0x40),
    slotPublicKey: sampleBytes(32, 0x60),
    sealedVaultKey: sampleBytes(80, 0x80),
  })
}

const walletSlot = sampleSlot({ kind: 'wallet-message' })
const passkeySlot = sampleSlot({ kind: 'passkey', credentialHash: sampleBytes(32, 0xe0) })
const passphraseSlot = sampleSlot({
  kind: 'passphrase',
  cost: { memoryKiB: 65_536, passes: 3, lanes: 1, salt: sampleBytes(16, 0xf0) },
})

export const slotVectors: Vectors = {
  good: [
    good('a wallet that signs messages', walletSlot),
    good('a phrase', sampleSlot({ kind: 'phrase' })),
    good('a passkey', passkeySlot),
    good('a wallet that signs transactions only', sampleSlot({ kind: 'wallet-memo' })),
    good('a device keychain', sampleSlot({ kind: 'device-keychain' })),
    good('a passphrase', passphraseSlot),
    good('the built-in wallet', sampleSlot({ kind: 'built-in-wallet' })),
  ],
  bad: [
    bad('no bytes', 'too-short', new Uint8Array(0)),
    bad('one byte missing', 'too-short', walletSlot.subarray(0, -1)),
    bad('one byte more', 'bad-length', concatBytes(walletSlot, Uint8Array.of(0))),
    bad('version 0', 'bad-version', walletSlot.with(0, 0)),
    bad('a newer version, whatever its length', 'newer-version', Uint8Array.of(2)),
    bad('kind 0', 'bad-kind', walletSlot.with(1, 0)),
    bad('kind 8', 'bad-kind', walletSlot.with(1, 8)),
    bad('a wallet with params', 'bad-params', concatBytes(walletSlot.with(178, 1), Uint8Array.of(0))),
    bad('a passkey without its credential', 'bad-params', walletSlot.with(1, 3)),
    bad('a passphrase without its cost', 'bad-params', walletSlot.with(1, 6)),
    bad('a passphrase slot called a passkey', 'bad-params', passphraseSlot.with(1, 3)),
    bad('Argon2id with 4 GiB', 'bad-params', passphraseSlot.with(180, 0x40)),
    bad('Argon2id with next to no memory', 'bad-params', passphraseSlot.with(180, 0)),
    bad('Argon2id without a pass', 'bad-params', passphraseSlot.with(183, 0)),
    bad('Argon2id with 255 passes', 'bad-params', passphraseSlot.with(183, 255)),
    bad('Argon2id without a lane', 'bad-params', passphraseSlot.with(184, 0)),
    bad('65 bytes of params', 'bad-length', concatBytes(passkeySlot.with(178, 65), sampleBytes(33, 0))),
  ],
}

const FIRST_HEAD: Head = {
  profileId: sampleId('ProfileId', 0x01),
  gen: 1,
  prev: NO_HASH,
  authorityTip: sampleId('Hash', 0x20),
  vaultBlob: sampleId('Hash', 0x40),
  slots: [walletSlot, passphraseSlot],
  packIndexBlob: sampleId('Hash', 0x60),
  headsBlob: sampleId('Hash', 0x80),
  writer: sampleId('DeviceId', 0x21),
  wallclockMs: SAMPLE_MS,
  minReaderVersion: 1,
}
const firstHead = encodeHead(FIRST_HEAD)
const LATER_HEAD: Head = {
  ...FIRST_HEAD,
  gen: 2 ** 33,
  prev: sampleId('Hash', 0xa0),
  slots: Array.from({ length: 16 }, () => passkeySlot),
  nextId: '1AbC_xyz-09',
}

export const headVectors: Vectors = {
  good: [
    good('the first head of a medium', firstHead),
    good('a later head with sixteen slots', encodeHead(LATER_HEAD)),
  ],
  bad: [
    ...badForms(firstHead),
    bad('more bytes than a head may have', 'too-long', new Uint8Array(LIMITS.headMaxBytes + 1)),
    ...badEdits(firstHead, [
      ['no version', 'bad-version', [1]],
      ['a newer version', 'newer-version', [1], 2],
      ['a profile id of 17 bytes', 'bad-profileId', [2], sampleBytes(17, 0)],
      ['generation 0', 'bad-gen', [3], 0],
      ['a generation beyond the safe integers', 'bad-gen', [3], 2n ** 63n],
      ['a later head without predecessor', 'bad-prev', [3], 2],
      ['a first head with a predecessor', 'bad-prev', [4], sampleBytes(32, 0xa0)],
      ['no slots', 'bad-slots', [7], []],
      ['seventeen slots', 'bad-slots', [7], Array.from({ length: 17 }, () => walletSlot)],
      ['a slot that is too short', 'bad-slots', [7], [walletSlot.subarray(1)]],
      ['no writer', 'missing-writer', [10]],
      ['a reader newer than this one asked for', 'newer-version', [12], 3],
      ['an empty next id', 'bad-nextId', [13], ''],
      ['a next id with a space', 'bad-nextId', [13], 'a b'],
    ]),
  ],
}

const CHAINS: readonly (readonly [ChainKey, ChainHead])[] = [
  [chainKey(sampleId('DeviceId', 0x21), sampleId('Incarnation', 0x01)), { seq: 1, frameId: sampleId('Hash', 0x10) }],
  [chainKey(sampleId('DeviceId', 0x21), sampleId('Incarnation', 0x02)), { seq: 900, frameId: sampleId('Hash', 0x30) }],
  [
    chainKey(sampleId('DeviceId', 0x41), sampleId('Incarnation', 0x01)),
    { seq: 2 ** 40, frameId: sampleId('Hash', 0x50) },
  ],
]
const sampleHeads = {
  docId: sampleId('DocId', 0x01),
  chains: new Map(CHAINS),
  authorityTip: sampleId('Hash', 0x20),
  gen: 12,
  wallclockMs: SAMPLE_MS,
  deviceId: sampleId('DeviceId', 0x21),
}
const heads = encodeHeads(sampleHeads)
const chainBytes = sampleBytes(20, 0x21)
const chainEntry = [chainBytes, [1, sampleBytes(32, 0)]]

export const headsVectors: Vectors = {
  good: [good('three chains', heads), good('nothing yet', encodeHeads({ ...sampleHeads, chains: new Map(), gen: 1 }))],
  bad: [
    ...badForms(heads),
    bad('more bytes than heads may have', 'too-long', new Uint8Array(LIMITS.headsMaxBytes + 1)),
    ...badEdits(heads, [
      ['no document', 'missing-docId', [1]],
      ['a chain twice', 'bad-chains', [2], [chainEntry, chainEntry]],
      ['chains in descending order', 'bad-chains', [2], [chainEntry, [sampleBytes(20, 0x20), [1, sampleBytes(32, 0)]]]],
      ['a chain of 19 bytes', 'bad-chains', [2], [[sampleBytes(19, 0), [1, sampleBytes(32, 0)]]]],
      ['a chain that is at 0', 'bad-chains', [2], [[chainBytes, [0, sampleBytes(32, 0)]]]],
      ['a chain without frame id', 'bad-chains', [2], [[chainBytes, [1]]]],
      ['generation 0', 'bad-gen', [4], 0],
      ['no device', 'missing-deviceId', [6]],
    ]),
  ],
}

const packIndex = encodePackIndex({
  authorityBlobs: [sampleId('Hash', 0x10)],
  packs: [
    {
      blob: sampleId('Hash', 0x30),
      sizeBytes: 300_000,
      spans: [
        {
          docId: sampleId('DocId', 0x01),
          chain: chainKey(sampleId('DeviceId', 0x21), sampleId('Incarnation', 0x01)),
          fromSeq: 1,
          toSeq: 900,
        },
      ],
    },
  ],
})

const compactedIndex = encodePackIndex({
  authorityBlobs: [sampleId('Hash', 0x10)],
  packs: [
    {
      blob: sampleId('Hash', 0x30),
      sizeBytes: 400,
      spans: [
        {
          docId: sampleId('DocId', 0x01),
          chain: chainKey(sampleId('DeviceId', 0x21), sampleId('Incarnation', 0x02)),
          fromSeq: 901,
          toSeq: 901,
        },
      ],
      newestHour: Math.floor(SAMPLE_MS / 3_600_000),
    },
  ],
  snapshotsBlob: sampleId('Hash', 0x50),
})

const typedIndex = encodePackIndex({
  authorityBlobs: [sampleId('Hash', 0x10)],
  packs: [
    {
      blob: sampleId('Hash', 0x30),
      sizeBytes: 700,
      spans: [
        {
          docId: sampleId('DocId', 0x01),
          chain: chainKey(sampleId('DeviceId', 0x21), sampleId('Incarnation', 0x02)),
          fromSeq: 1,
          toSeq: 5,
        },
      ],
    },
    { blob: sampleId('Hash', 0x50), sizeBytes: 690, more: 5 },
  ],
})

export const packIndexVectors: Vectors = {
  good: [
    good('one pack of one chain', packIndex),
    good('what came after a snapshot', compactedIndex),
    good('a second pack of the same chain', typedIndex),
    good('a log and no documents yet', encodePackIndex({ authorityBlobs: [sampleId('Hash', 0x10)], packs: [] })),
  ],
  bad: [
    ...badForms(packIndex),
    ...badEdits(packIndex, [
      ['a newer version', 'newer-version', [1], 2],
      ['no authority log', 'bad-authorityBlobs', [2], []],
      ['a pack without chains', 'bad-packs', [3, 0, 3], []],
      ['an empty pack', 'bad-packs', [3, 0, 2], 0],
      ['a pack larger than a blob may be', 'bad-packs', [3, 0, 2], LIMITS.blobMaxBytes + 1],
      ['a chain of 19 bytes', 'bad-packs', [3, 0, 3, 0, 2], sampleBytes(19, 0)],
      ['a span that ends before it begins', 'bad-packs', [3, 0, 3, 0, 3], 901],
    ]),
    ...badEdits(typedIndex, [
      ['a pack of no more frames', 'bad-packs', [3, 1, 5], 0],
      ['a pack that says neither chains nor how many more', 'bad-packs', [3, 1, 5]],
      ['a pack that says both', 'bad-packs', [3, 0, 5], 5],
    ]),
    ...badEdits(compactedIndex, [
      ['an hour before 1970', 'bad-packs', [3, 0, 4], -1],
      ['snapshots without a name', 'bad-snapshotsBlob', [4], sampleBytes(31, 0)],
    ]),
  ],
}

const ack = encodeSnapshotAck({
  snapshotId: sampleId('Hash', 0x10),
  stateVectorHash: sampleId('Hash', 0x30),
  canonicalJsonHash: sampleId('Hash', 0x50),
  docId: sampleId('DocId', 0x01),
  deviceId: sampleId('DeviceId', 0x21),
  wallclockMs: SAMPLE_MS,
})

export const snapshotAckVectors: Vectors = {
  good: [good('a snapshot that was replayed', ack)],
  bad: [
    ...badForms(ack),
    ...badEdits(ack, [
      ['no snapshot', 'missing-snapshotId', [1]],
      ['a state vector hash of 31 bytes', 'bad-stateVectorHash', [2], sampleBytes(31, 0)],
      ['no device', 'missing-deviceId', [5]],
    ]),
  ],
}

const snapshot = encodeSnapshot({ covers: new Map(CHAINS), state: sampleBytes(40, 0x01) })

const parts = { count: 3, stateHash: sampleId('Hash', 0x40) }
const firstPart = encodeSnapshot({ covers: new Map(CHAINS), state: sampleBytes(40, 0x01), part: { nth: 0, ...parts } })
const lastPart = encodeSnapshot({ covers: new Map(), state: sampleBytes(9, 0x51), part: { nth: 2, ...parts } })

export const snapshotVectors: Vectors = {
  good: [
    good('a state after frames of three chains', snapshot),
    good('nothing yet', encodeSnapshot({ covers: new Map(), state: Uint8Array.of(0, 0) })),
    good('the first of three parts', firstPart),
    good('the last of three parts', lastPart),
  ],
  bad: [
    ...badForms(snapshot),
    bad('more bytes than a frame holds', 'too-long', new Uint8Array(LIMITS.frameMaxBytes + 1)),
    ...badEdits(snapshot, [
      ['no frames named', 'missing-covers', [1]],
      ['a chain twice', 'bad-covers', [1], [chainEntry, chainEntry]],
      ['a chain that is at 0', 'bad-covers', [1], [[chainBytes, [0, sampleBytes(32, 0)]]]],
      ['no state', 'missing-state', [2]],
      ['a state that is shorter than any', 'bad-state', [2], Uint8Array.of(0)],
    ]),
    ...badEdits(lastPart, [
      ['a later part that names frames', 'bad-covers', [1], [chainEntry]],
      ['a part beyond the last', 'bad-part', [3, 1], 3],
      ['one part of one', 'bad-part', [3, 2], 1],
      ['more parts than there may be', 'bad-part', [3, 2], LIMITS.snapshotPartsMax + 1],
      ['a part without the hash of the whole', 'bad-part', [3, 3]],
    ]),
  ],
}

const listed = {
  blob: sampleId('Hash', 0x10),
  sizeBytes: 70_000,
  snapshotId: sampleId('Hash', 0x30),
  docId: sampleId('DocId', 0x01),
  covers: new Map(CHAINS),
  takenAtMs: SAMPLE_MS,
  acks: [concatBytes(ack, sampleBytes(64, 0x70))],
}
const snapshotList = encodeSnapshotList({ snapshots: [listed] })
const laterBlobs = [sampleId('Hash', 0x11), sampleId('Hash', 0x12)]
const listOfParts = encodeSnapshotList({ snapshots: [{ ...listed, sizeBytes: 2_000_000, laterBlobs }] })

export const snapshotListVectors: Vectors = {
  good: [
    good('one snapshot that one device has acknowledged', snapshotList),
    good('one in three parts', listOfParts),
    good('none', encodeSnapshotList({ snapshots: [] })),
  ],
  bad: [
    ...badForms(snapshotList),
    ...badEdits(snapshotList, [
      ['a newer version', 'newer-version', [1], 2],
      ['no snapshots', 'missing-snapshots', [2]],
      ['a snapshot without bytes', 'bad-snapshots', [2, 0, 2], 0],
      ['a snapshot larger than a frame', 'bad-snapshots', [2, 0, 2], LIMITS.frameMaxBytes + 1],
      ['a snapshot of no document', 'bad-snapshots', [2, 0, 4]],
      ['a chain that is at 0', 'bad-snapshots', [2, 0, 5], [[chainBytes, [0, sampleBytes(32, 0)]]]],
      ['an acknowledgement too long to be one', 'bad-snapshots', [2, 0, 7], [new Uint8Array(1025)]],
    ]),
    ...badEdits(listOfParts, [
      ['no further blobs', 'bad-snapshots', [2, 0, 8], []],
      ['a snapshot larger than its frames', 'bad-snapshots', [2, 0, 2], 3 * LIMITS.frameMaxBytes + 1],
    ]),
  ],
}

const vault = encodeVault({
  rootSeed: sampleBytes(32, 0x10),
  keyByEpoch: new Map([[sampleId('EpochId', 0x01), sampleBytes(32, 0x30)]]),
  secretsKey: sampleBytes(32, 0x50),
  media: [{ label: 'USB stick', adapter: 'folder', settings: sampleBytes(8, 0x70) }],
  labelBySlot: new Map([[sampleHex(32, 0x60), 'Phantom on the laptop']]),
})

export const vaultVectors: Vectors = {
  good: [good('a vault, open', vault)],
  bad: [
    ...badForms(vault),
    bad('more bytes than a vault may have', 'too-long', new Uint8Array(LIMITS.vaultMaxBytes + 1)),
    ...badEdits(vault, [
      ['a newer version', 'newer-version', [1], 2],
      ['a seed of 31 bytes', 'bad-rootSeed', [2], sampleBytes(31, 0)],
      ['an epoch without key', 'bad-keyByEpoch', [3, 0, 1]],
      ['a medium whose label reverses', 'bad-media', [5, 0, 1], 'a\u202eb'],
      ['a label for no slot', 'bad-labelBySlot', [6, 0, 0], new Uint8Array(0)],
    ]),
  ],
}
