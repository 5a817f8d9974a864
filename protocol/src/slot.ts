import { concatBytes } from './bytes.ts'
import { LIMITS } from './limits.ts'
import { err, ok } from './result.ts'
import type { Result } from './result.ts'

/*
 * ver1 | kind1 | nonce16 | pepper32 | kc16 | slotPub32 | sealedVK80 | paramsLen1 | params
 * No hint of whose slot it is: the owner's labels lie in the vault, and a way in is tried against each.
 */
export const SLOT_FIXED_BYTES = 1 + 1 + 16 + 32 + 16 + 32 + 80 + 1
const SLOT_VERSION = 1

/** What every slot holds. It opens only for somebody with the way in AND this slot: `nonce` and `pepper` exist nowhere else. */
export interface SlotParts {
  readonly nonce: Uint8Array
  readonly pepper: Uint8Array
  /** Compared in constant time before anything is unsealed. */
  readonly keyCommitment: Uint8Array
  readonly slotPublicKey: Uint8Array
  readonly sealedVaultKey: Uint8Array
}

/** Argon2id. The bounds of `LIMITS` keep a hostile head from asking for all memory. */
export interface PassphraseCost {
  readonly memoryKiB: number
  readonly passes: number
  readonly lanes: number
  readonly salt: Uint8Array
}

export type SlotWay =
  | { readonly kind: PlainKind }
  | { readonly kind: 'passkey'; readonly credentialHash: Uint8Array }
  | { readonly kind: 'passphrase'; readonly cost: PassphraseCost }

type PlainKind = 'wallet-message' | 'phrase' | 'wallet-memo' | 'device-keychain' | 'built-in-wallet'
export type SlotKind = SlotWay['kind']
export type Slot = SlotParts & SlotWay

export type SlotRefusal = 'too-short' | 'newer-version' | 'bad-version' | 'bad-kind' | 'bad-length' | 'bad-params'

/** The number of a kind in the slot and in the info of its key derivation. */
export const SLOT_KIND_CODES = {
  'wallet-message': 1,
  phrase: 2,
  passkey: 3,
  'wallet-memo': 4,
  'device-keychain': 5,
  passphrase: 6,
  'built-in-wallet': 7,
} as const satisfies Readonly<Record<SlotKind, number>>

const KINDS = Object.keys(SLOT_KIND_CODES) as readonly SlotKind[]

/** The kind that a slot says it is of, also where the rest of it cannot be read. */
export function findSlotKind(bytes: Uint8Array): SlotKind | undefined {
  return KINDS[(bytes[1] ?? 0) - 1]
}

export function encodeSlot(slot: Slot): Uint8Array {
  const params = encodeParams(slot)
  const { nonce, pepper, keyCommitment, slotPublicKey, sealedVaultKey } = slot
  const start = Uint8Array.of(SLOT_VERSION, SLOT_KIND_CODES[slot.kind])
  const length = Uint8Array.of(params.length)
  const bytes = concatBytes(start, nonce, pepper, keyCommitment, slotPublicKey, sealedVaultKey, length, params)
  const parsed = parseSlot(bytes)
  if (!parsed.ok) throw new RangeError('not encodable: ' + parsed.error)
  return bytes
}

/** The fields are views into `bytes`. */
export function parseSlot(bytes: Uint8Array): Result<Slot, SlotRefusal> {
  const [version = 0, code = 0] = bytes
  if (version > SLOT_VERSION) return err('newer-version')
  if (bytes.length < SLOT_FIXED_BYTES) return err('too-short')
  if (version !== SLOT_VERSION) return err('bad-version')
  const kind = KINDS[code - 1]
  if (kind === undefined) return err('bad-kind')
  const params = bytes.subarray(SLOT_FIXED_BYTES)
  if (bytes[SLOT_FIXED_BYTES - 1] !== params.length || params.length > LIMITS.slotParamsMaxBytes)
    return err('bad-length')
  const way = findWay(kind, params)
  return way === undefined ? err('bad-params') : ok({ ...readParts(bytes), ...way })
}

function readParts(bytes: Uint8Array): SlotParts {
  return {
    nonce: bytes.subarray(2, 18),
    pepper: bytes.subarray(18, 50),
    keyCommitment: bytes.subarray(50, 66),
    slotPublicKey: bytes.subarray(66, 98),
    sealedVaultKey: bytes.subarray(98, 178),
  }
}

function encodeParams(way: SlotWay): Uint8Array {
  if (way.kind === 'passkey') return way.credentialHash
  if (way.kind !== 'passphrase') return new Uint8Array(0)
  const { memoryKiB, passes, lanes, salt } = way.cost
  const numbers = new Uint8Array(6)
  new DataView(numbers.buffer).setUint32(0, memoryKiB)
  numbers[4] = passes
  numbers[5] = lanes
  return concatBytes(numbers, salt)
}

function findWay(kind: SlotKind, params: Uint8Array): SlotWay | undefined {
  if (kind === 'passkey') return params.length === 32 ? { kind, credentialHash: params } : undefined
  if (kind !== 'passphrase') return params.length === 0 ? { kind } : undefined
  const cost = params.length === 22 ? readCost(params) : undefined
  return cost && isBearable(cost) ? { kind, cost } : undefined
}

/** m u32 KiB | t1 | p1 | salt16 */
function readCost(params: Uint8Array): PassphraseCost {
  const view = new DataView(params.buffer, params.byteOffset, params.byteLength)
  return { memoryKiB: view.getUint32(0), passes: view.getUint8(4), lanes: view.getUint8(5), salt: params.subarray(6) }
}

function isBearable({ memoryKiB, passes, lanes }: PassphraseCost): boolean {
  return (
    memoryKiB >= LIMITS.argonMinMemoryKiB &&
    memoryKiB <= LIMITS.argonMaxMemoryKiB &&
    passes >= 1 &&
    passes <= LIMITS.argonMaxPasses &&
    lanes >= 1 &&
    lanes <= LIMITS.argonMaxLanes
  )
}
