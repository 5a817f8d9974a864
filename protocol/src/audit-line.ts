import { auditEntry, encodeAuditEntry, parseAuditCheckpoint } from './audit.ts'
import type { AuditCheckpoint, AuditEntry } from './audit.ts'
import { base64url } from './base-text.ts'
import { findId } from './ids.ts'
import type { DeviceId } from './ids.ts'
import { jsonFromRecord, recordFromJson } from './json-record.ts'

/**
 * An audit file is lines of JSON: first whose it is, then entries, and checkpoints among them. A line tells an entry in words; what is
 * hashed is its canonical encoding, which the words fix to the byte.
 */
export type AuditLine =
  | { readonly kind: 'owner'; readonly deviceId: DeviceId; readonly publicKey: Uint8Array }
  | { readonly kind: 'entry'; readonly entry: AuditEntry; readonly bytes: Uint8Array }
  | {
      readonly kind: 'checkpoint'
      readonly checkpoint: AuditCheckpoint
      readonly payload: Uint8Array
      /** NOBODY HAS VERIFIED IT. */
      readonly signature: Uint8Array
    }

export function sayAuditOwner(deviceId: DeviceId, publicKey: Uint8Array): string {
  return `${JSON.stringify({ audit: 1, deviceId, publicKey: base64url.encode(publicKey) })}\n`
}

export function sayAuditEntry(entry: AuditEntry): string {
  return `${JSON.stringify({ entry: jsonFromRecord(auditEntry, entry) })}\n`
}

export function sayAuditCheckpoint(payload: Uint8Array, signature: Uint8Array): string {
  return `${JSON.stringify({ checkpoint: base64url.encode(payload), signature: base64url.encode(signature) })}\n`
}

/** `undefined` for what is no line of an audit file, to the byte: also another way of writing the same is none. */
export function parseAuditLine(line: string): AuditLine | undefined {
  const parsed = parseWords(line)
  return parsed !== undefined && sayAuditLine(parsed) === `${line}\n` ? parsed : undefined
}

function sayAuditLine(line: AuditLine): string {
  switch (line.kind) {
    case 'owner':
      return sayAuditOwner(line.deviceId, line.publicKey)
    case 'entry':
      return sayAuditEntry(line.entry)
    case 'checkpoint':
      return sayAuditCheckpoint(line.payload, line.signature)
  }
}

function parseWords(line: string): AuditLine | undefined {
  const { audit, deviceId, publicKey, entry, checkpoint, signature } = fieldsOf(parseJson(line))
  if (audit === 1) {
    const [id, key] = [findId('DeviceId', deviceId), bytesOf(publicKey)]
    return id && key?.length === 32 ? { kind: 'owner', deviceId: id, publicKey: key } : undefined
  }
  if (entry !== undefined) {
    const read = recordFromJson(auditEntry, entry)
    return read.ok ? { kind: 'entry', entry: read.value, bytes: encodeAuditEntry(read.value) } : undefined
  }
  const [payload, signed] = [bytesOf(checkpoint), bytesOf(signature)]
  const read = payload && parseAuditCheckpoint(payload)
  if (payload === undefined || signed?.length !== 64 || !read?.ok) return undefined
  return { kind: 'checkpoint', checkpoint: read.value, payload, signature: signed }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    return undefined
  }
}

function bytesOf(said: unknown): Uint8Array | undefined {
  return typeof said === 'string' ? base64url.find(said) : undefined
}

function fieldsOf(said: unknown): Partial<Record<string, unknown>> {
  return typeof said === 'object' && said !== null ? { ...said } : {}
}
