import { encodeAuditEntry } from '@cloudos/protocol/audit'
import type { AuditEntry } from '@cloudos/protocol/audit'
import { parseAuditLine } from '@cloudos/protocol/audit-line'
import type { AuditLine } from '@cloudos/protocol/audit-line'
import { bytesFromId, idFromBytes, NO_HASH } from '@cloudos/protocol/ids'
import type { DeviceId, Hash } from '@cloudos/protocol/ids'
import { deviceIdFrom } from './derive.ts'
import { hashFor } from './hash.ts'
import { verifyFor } from './signature.ts'

/** What is wrong with an audit file, and where: the line, from 1, and the first entry that is missing, different or unproven. */
export type AuditFinding = { readonly line: number; readonly seq: number } & (
  | { readonly kind: 'gap'; readonly missing: number }
  | { readonly kind: 'fork' | 'truncated' | 'bad-signature' | 'bad-line' | 'torn-tail' | 'no-owner' }
)

export interface AuditVerdict {
  readonly deviceId: DeviceId | undefined
  readonly entries: number
  /** The newest entry: remember it, and a later file that ends before it is told apart from a quiet day. */
  readonly tip: AuditTip | undefined
  /** Up to here the device has signed. */
  readonly signedSeq: number
  /** In the order of the file; the first thousand. */
  readonly findings: readonly AuditFinding[]
}

export interface AuditTip {
  readonly seq: number
  readonly hash: Hash
}

/** SHA-256(domain ‖ seq ‖ prev ‖ ts ‖ len ‖ bytes): protocol.md 11. */
export function auditHash(entry: AuditEntry, bytes: Uint8Array = encodeAuditEntry(entry)): Hash {
  const head = new DataView(new ArrayBuffer(8 + 32 + 8 + 4))
  head.setBigUint64(0, BigInt(entry.seq))
  const fixed = new Uint8Array(head.buffer)
  fixed.set(bytesFromId(entry.prev), 8)
  head.setBigUint64(40, BigInt(entry.atMs))
  head.setUint32(48, bytes.length)
  return idFromBytes('Hash', hashFor('audit', fixed, bytes))
}

const FINDINGS_MAX = 1000
/** Several times what any line of the file takes. */
const LINE_MAX = 16 * 1024

/**
 * Reads an audit file, piece by piece, and says what does not hold; segments of one chain come one after the other. It needs nothing but
 * the file; with `remembered`, a tip seen before, it also tells that the file has lost its end. Whose file it is (`deviceId`) is proved,
 * and for the caller to compare.
 */
export async function verifyAudit(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  remembered?: AuditTip,
): Promise<AuditVerdict> {
  const reading = new Reading(remembered)
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const text of lines) await reading.take(parseAuditLine(text))
    // What is too long to be a line is none, however long it goes on.
    if (rest.length > LINE_MAX) rest = rest.slice(0, LINE_MAX)
  }
  if (rest !== '') reading.tear()
  return reading.verdict()
}

interface Owner {
  readonly deviceId: DeviceId
  readonly publicKey: Uint8Array
}

class Reading {
  readonly #remembered: AuditTip | undefined
  readonly #findings: AuditFinding[] = []
  #owner: Owner | undefined
  #line = 0
  #tip: AuditTip | undefined
  #entries = 0
  #signedSeq = 0

  constructor(remembered: AuditTip | undefined) {
    this.#remembered = remembered
  }

  get #nextSeq(): number {
    return (this.#tip?.seq ?? 0) + 1
  }

  tear(): void {
    this.#line += 1
    this.#note('torn-tail')
  }

  #note(kind: Exclude<AuditFinding['kind'], 'gap'>, seq = this.#nextSeq): void {
    this.#add({ kind, seq, line: this.#line })
  }

  #add(finding: AuditFinding): void {
    if (this.#findings.length < FINDINGS_MAX) this.#findings.push(finding)
  }

  async take(line: AuditLine | undefined): Promise<void> {
    this.#line += 1
    switch (line?.kind) {
      case undefined:
        this.#note('bad-line')
        return
      case 'owner':
        this.#takeOwner(line)
        return
      case 'entry':
        this.#takeEntry(line.entry, auditHash(line.entry, line.bytes))
        return
      case 'checkpoint': {
        const { checkpoint, payload, signature } = line
        const key = this.#owner?.publicKey
        const isSigned = key !== undefined && (await verifyFor(key, 'audit-checkpoint', payload, signature))
        if (!isSigned || checkpoint.deviceId !== this.#owner?.deviceId) this.#note('bad-signature', checkpoint.seq)
        else if (checkpoint.seq !== this.#tip?.seq || checkpoint.hash !== this.#tip.hash)
          this.#note(checkpoint.seq > (this.#tip?.seq ?? 0) ? 'truncated' : 'fork', checkpoint.seq)
        else this.#signedSeq = checkpoint.seq
      }
    }
  }

  /** Each segment says whose it is, and all of them the same. */
  #takeOwner(line: Owner): void {
    if (this.#line === 1 && deviceIdFrom(line.publicKey) === line.deviceId) this.#owner = line
    else if (this.#owner?.deviceId !== line.deviceId || deviceIdFrom(line.publicKey) !== line.deviceId)
      this.#note('no-owner')
  }

  #takeEntry(entry: AuditEntry, hash: Hash): void {
    const nextSeq = this.#nextSeq
    if (entry.seq > nextSeq) this.#add({ kind: 'gap', seq: nextSeq, missing: entry.seq - nextSeq, line: this.#line })
    else if (entry.seq < nextSeq || entry.prev !== (this.#tip?.hash ?? NO_HASH)) this.#note('fork', entry.seq)
    if (entry.seq === this.#remembered?.seq && hash !== this.#remembered.hash) this.#note('fork', entry.seq)
    this.#tip = { seq: entry.seq, hash }
    this.#entries += 1
  }

  verdict(): AuditVerdict {
    const last = this.#tip?.seq ?? 0
    if (this.#owner === undefined && !this.#findings.some(({ kind }) => kind === 'no-owner'))
      this.#add({ kind: 'no-owner', line: 1, seq: 1 })
    if (this.#remembered !== undefined && last < this.#remembered.seq) this.#note('truncated', last + 1)
    return {
      deviceId: this.#owner?.deviceId,
      entries: this.#entries,
      tip: this.#tip,
      signedSeq: this.#signedSeq,
      findings: this.#findings,
    }
  }
}
