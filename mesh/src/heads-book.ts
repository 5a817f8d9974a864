import { verifyFor, signFor } from '@cloudos/crypto/signature'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import type { Membership } from '@cloudos/crypto/membership'
import { encodeHeads, parseHeads } from '@cloudos/protocol/heads'
import type { Heads } from '@cloudos/protocol/heads'
import type { DeviceId, DocId, Hash } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import { encodeSigned, parseSigned } from '@cloudos/protocol/signed'
import type { Signed } from '@cloudos/protocol/signed'
import type { OnIncident } from './incident.ts'
import type { SealedDoc } from './sealed-doc.ts'

/** Durable memory of the newest heads each device has signed of each document: what a rollback is measured against. */
export interface HeadsMemory {
  load(): Promise<readonly Uint8Array[]>
  save(deviceId: DeviceId, docId: DocId, signed: Uint8Array): Promise<void>
}

export interface HeadsBookParts {
  readonly identity: DeviceIdentity
  readonly membership: () => Membership
  readonly memory: HeadsMemory
  readonly onIncident: OnIncident
}

/** A member signs heads of documents that nobody has, to fill memory and journal. */
const REMEMBERED_MAX = 16 * LIMITS.docsPerProfile

/** What every device of the profile has last signed about how far it is. It notices who goes back, and who tells two stories. */
export class HeadsBook {
  readonly #parts: HeadsBookParts
  readonly #newest = new Map<string, Signed<Heads>>()
  #signing: Promise<void> = Promise.resolve()

  static async open(parts: HeadsBookParts): Promise<HeadsBook> {
    const book = new HeadsBook(parts)
    for (const bytes of await parts.memory.load()) {
      const signed = parseSigned(bytes, parseHeads)
      if (signed.ok) book.#newest.set(keyOf(signed.value.value), signed.value)
    }
    return book
  }

  private constructor(parts: HeadsBookParts) {
    this.#parts = parts
  }

  /** The newest of every device that is still in, as it was signed. */
  *newest(): Iterable<Signed<Heads>> {
    const membership = this.#parts.membership()
    for (const signed of this.#newest.values())
      if (membership.member(signed.value.deviceId)?.revoked === false) yield signed
  }

  /** This device's signed heads of a document; the same bytes again while nothing has changed. Two at once would share a generation. */
  sign(doc: SealedDoc, authorityTip: Hash, nowMs: number): Promise<Uint8Array> {
    const signing = this.#signing.then(() => this.#sign(doc, authorityTip, nowMs))
    this.#signing = signing.then(
      () => undefined,
      () => undefined,
    )
    return signing
  }

  /**
   * Heads that a peer shows, its own or another's. Unsigned or foreign ones are ignored. Older ones than remembered are a rollback when
   * the device itself shows them; the same place of a chain under another id than ours is a fork. Resolves with what is new.
   */
  async take(
    bytes: Uint8Array,
    from: string,
    doc: (docId: DocId) => SealedDoc | undefined,
  ): Promise<Signed<Heads> | undefined> {
    const signed = parseSigned(bytes, parseHeads)
    if (!signed.ok) return undefined
    const heads = signed.value.value
    const member = this.#parts.membership().member(heads.deviceId)
    if (
      member === undefined ||
      !(await verifyFor(member.signPublicKey, 'heads', signed.value.payload, signed.value.signature))
    )
      return undefined
    const known = this.#newest.get(keyOf(heads))
    if (known === undefined && this.#newest.size >= REMEMBERED_MAX) return undefined
    const own = doc(heads.docId)
    if (own !== undefined && isForkOf(heads, own)) this.#tell('fork', heads)
    if (known !== undefined && known.value.gen >= heads.gen) {
      const older = known.value.gen > heads.gen || !sameHeads(known.value, heads.chains, heads.authorityTip)
      if (older && member.peerId === from) this.#tell('rollback', heads)
      return undefined
    }
    if (known !== undefined && goesBack(known.value, heads)) this.#tell('rollback', heads)
    const kept = { ...signed.value, payload: signed.value.payload.slice(), signature: signed.value.signature.slice() }
    this.#newest.set(keyOf(heads), kept)
    await this.#parts.memory.save(heads.deviceId, heads.docId, bytes)
    return kept
  }

  async #sign(doc: SealedDoc, authorityTip: Hash, nowMs: number): Promise<Uint8Array> {
    const { deviceId, signer } = this.#parts.identity
    const last = this.#newest.get(keyOf({ deviceId, docId: doc.docId }))
    const chains = new Map([...doc.heads()].map(([chain, { seq, id }]) => [chain, { seq, frameId: id }]))
    if (last !== undefined && sameHeads(last.value, chains, authorityTip))
      return encodeSigned(last.payload, last.signature)
    const gen = (last?.value.gen ?? 0) + 1
    const heads: Heads = { docId: doc.docId, chains, authorityTip, gen, wallclockMs: nowMs, deviceId }
    const payload = encodeHeads(heads)
    const signature = await signFor(signer, 'heads', payload)
    const bytes = encodeSigned(payload, signature)
    // Remembered before they are shown: the same generation twice would look like a rollback to the others.
    await this.#parts.memory.save(deviceId, doc.docId, bytes)
    this.#newest.set(keyOf(heads), { value: heads, payload, signature })
    return bytes
  }

  #tell(kind: 'rollback' | 'fork', heads: Heads): void {
    this.#parts.onIncident({ kind, deviceId: heads.deviceId, docId: heads.docId })
  }
}

function keyOf({ deviceId, docId }: { readonly deviceId: DeviceId; readonly docId: DocId }): string {
  return `${deviceId} ${docId}`
}

function sameHeads(heads: Heads, chains: Heads['chains'], authorityTip: Hash): boolean {
  if (heads.authorityTip !== authorityTip || heads.chains.size !== chains.size) return false
  return [...chains].every(([chain, head]) => heads.chains.get(chain)?.frameId === head.frameId)
}

/** Any chain shorter, gone, or other at the same place than the device has signed before. */
function goesBack(before: Heads, now: Heads): boolean {
  return [...before.chains].some(([chain, head]) => {
    const next = now.chains.get(chain)
    return next === undefined || next.seq < head.seq || (next.seq === head.seq && next.frameId !== head.frameId)
  })
}

function isForkOf(heads: Heads, own: SealedDoc): boolean {
  return [...own.heads()].some(([chain, tip]) => {
    const theirs = heads.chains.get(chain)
    return theirs?.seq === tip.seq && theirs.frameId !== tip.id
  })
}
