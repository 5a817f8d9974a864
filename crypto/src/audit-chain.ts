import { encodeAuditEntry } from '@cloudos/protocol/audit'
import type { AuditEntry } from '@cloudos/protocol/audit'
import { parseAuditLine } from '@cloudos/protocol/audit-line'
import type { AuditLine } from '@cloudos/protocol/audit-line'
import { bytesFromId, idFromBytes, NO_HASH } from '@cloudos/protocol/ids'
import type { DeviceId, Hash } from '@cloudos/protocol/ids'
import { deviceIdFrom } from './derive.ts'
import { hashFor } from './hash.ts'
import { verifyFor } from './signature.ts'

/** What is wrong with an audit file, and at which entry. `seq` is the first that is missing, different or unproven. */
export type AuditFinding =
  | { readonly kind: 'gap'; readonly seq: number; readonly missing: number }
  | { readonly kind: 'fork' | 'truncated' | 'bad-signature'; readonly seq: number }
  | { readonly kind: 'bad-line' | 'torn-tail' | 'no-owner'; readonly line: number; readonly seq: number }

export interface AuditVerdict {
  readonly deviceId: DeviceId | undefined
  readonly entries: number
  /** The newest entry: remember it, and a later file that ends before it is told apart from a quiet day. */
  readonly tip: AuditTip | undefined
  /** Up to here the device has signed. */
  readonly signedSeq: number
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

/**
 * Reads a whole audit file and says what does not hold. It needs nothing but the file; with `remembered`, a tip seen before, it also tells
 * that the file has lost its end. Whose file it is (`deviceId`) is proved, and for the caller to compare.
 */
export async function verifyAudit(file: Uint8Array, remembered?: AuditTip): Promise<AuditVerdict> {
  const reading = new Reading(remembered)
  const lines = new TextDecoder().decode(file).split('\n')
  const rest = lines.pop()
  for (const [index, text] of lines.entries()) await reading.take(parseAuditLine(text), index + 1)
  if (rest !== '') reading.note({ kind: 'torn-tail', line: lines.length + 1, seq: reading.nextSeq })
  return reading.verdict()
}

class Reading {
  readonly #remembered: AuditTip | undefined
  readonly #findings: AuditFinding[] = []
  #owner: { readonly deviceId: DeviceId; readonly publicKey: Uint8Array } | undefined
  #tip: AuditTip | undefined
  #entries = 0
  #signedSeq = 0

  constructor(remembered: AuditTip | undefined) {
    this.#remembered = remembered
  }

  get nextSeq(): number {
    return (this.#tip?.seq ?? 0) + 1
  }

  note(finding: AuditFinding): void {
    this.#findings.push(finding)
  }

  async take(line: AuditLine | undefined, number: number): Promise<void> {
    switch (line?.kind) {
      case undefined:
        this.note({ kind: 'bad-line', line: number, seq: this.nextSeq })
        return
      case 'owner':
        if (number === 1 && deviceIdFrom(line.publicKey) === line.deviceId) this.#owner = line
        else this.note({ kind: 'no-owner', line: number, seq: this.nextSeq })
        return
      case 'entry':
        this.#takeEntry(line.entry, auditHash(line.entry, line.bytes))
        return
      case 'checkpoint': {
        const { checkpoint, payload, signature } = line
        const key = this.#owner?.publicKey
        const isSigned = key !== undefined && (await verifyFor(key, 'audit-checkpoint', payload, signature))
        if (!isSigned || checkpoint.deviceId !== this.#owner?.deviceId) {
          this.note({ kind: 'bad-signature', seq: checkpoint.seq })
        } else if (checkpoint.seq !== this.#tip?.seq || checkpoint.hash !== this.#tip.hash) {
          this.note({ kind: checkpoint.seq > (this.#tip?.seq ?? 0) ? 'truncated' : 'fork', seq: checkpoint.seq })
        } else this.#signedSeq = checkpoint.seq
      }
    }
  }

  #takeEntry(entry: AuditEntry, hash: Hash): void {
    const { nextSeq } = this
    if (entry.seq > nextSeq) this.note({ kind: 'gap', seq: nextSeq, missing: entry.seq - nextSeq })
    else if (entry.seq < nextSeq || entry.prev !== (this.#tip?.hash ?? NO_HASH))
      this.note({ kind: 'fork', seq: entry.seq })
    if (entry.seq === this.#remembered?.seq && hash !== this.#remembered.hash)
      this.note({ kind: 'fork', seq: entry.seq })
    this.#tip = { seq: entry.seq, hash }
    this.#entries += 1
  }

  verdict(): AuditVerdict {
    const last = this.#tip?.seq ?? 0
    if (this.#owner === undefined && !this.#findings.some(({ kind }) => kind === 'no-owner'))
      this.note({ kind: 'no-owner', line: 1, seq: 1 })
    if (this.#remembered !== undefined && last < this.#remembered.seq) this.note({ kind: 'truncated', seq: last + 1 })
    return {
      deviceId: this.#owner?.deviceId,
      entries: this.#entries,
      tip: this.#tip,
      signedSeq: this.#signedSeq,
      findings: this.#findings,
    }
  }
}
