import * as Y from 'yjs'
import { docIdFrom } from '@cloudos/crypto/derive'
import { sha256 } from '@cloudos/crypto/hash'
import { readUpdate } from '@cloudos/crypto/yjs-reader'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { findId } from '@cloudos/protocol/ids'
import type { DocId, ProfileId } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import { findOversized } from './oversized.ts'

/** A document of the file. Nobody else holds `ydoc`. */
export interface BroughtDocument {
  readonly docId: DocId
  /** Where CloudOS has named it: by this it is found in any profile. */
  readonly name?: string
  readonly ydoc: Y.Doc
}

/** How many lines of each kind a file has. */
export type LineCounts = Readonly<Record<string, number>>

/** What a file holds that can come into another profile, and how many lines of what cannot. */
export interface ExportFile {
  readonly profileId: ProfileId
  readonly atMs: number
  readonly documents: readonly BroughtDocument[]
  readonly counts: LineCounts
}

type Line = Readonly<Record<string, unknown>>

/** Kinds that a reader knows; others are skipped and not counted, as docs/export-format.md says. */
const KINDS: ReadonlySet<string> = new Set(['device', 'way', 'entry', 'document', 'run', 'decision'])

/**
 * Reads an export (docs/export-format.md) that anybody may have written: as a whole or not at all. Throws `CloudError`
 * 'import-too-large', 'not-an-export', 'import-newer', 'import-cut-off', 'import-changed' or 'import-bad-part', which names the line.
 */
export function readExport(bytes: Uint8Array): ExportFile {
  if (bytes.length > LIMITS.importMaxBytes)
    throw refusal('import-too-large', `The file has more than ${String(LIMITS.importMaxBytes / 2 ** 20)} MiB.`)
  const body = bodyOf(bytes)
  const [first, ...lines] = [...linesOf(body)]
  const { profileId, atMs } = readFirst(first)
  const counts: Record<string, number> = {}
  const documents = new Map<DocId, BroughtDocument>()
  for (const [at, line] of lines.entries()) {
    const kind = String(line['kind'])
    const part = `line ${String(at + 2)}`
    if (kind === 'export' || kind === 'end') throw badPart(part, `has a second "${kind}"`)
    if (KINDS.has(kind)) counts[kind] = (counts[kind] ?? 0) + 1
    if (kind !== 'document') continue
    const document = readDocument(line, profileId, part)
    if (documents.has(document.docId)) throw badPart(part, 'has a document that came before')
    if (documents.size >= LIMITS.docsPerProfile) throw badPart(part, 'has more documents than a profile takes')
    documents.set(document.docId, document)
  }
  return { profileId, atMs, documents: [...documents.values()], counts }
}

/** The lines before the last one, which tells how many they are and their hash. */
function bodyOf(bytes: Uint8Array): Uint8Array {
  const isExport = textOf(bytes.subarray(0, 64), false)?.startsWith('{"kind":"export"') === true
  if (!isExport) throw refusal('not-an-export', 'This is no export of CloudOS.')
  const lastStart = bytes.lastIndexOf(LINE_END, bytes.length - 2) + 1
  const last = parseLine(textOf(bytes.subarray(lastStart), true))
  if (bytes.at(-1) !== LINE_END || last?.['kind'] !== 'end')
    throw refusal('import-cut-off', 'The file was cut off: its last line is missing. Export it again.')
  const body = bytes.subarray(0, lastStart)
  let lines = 0
  for (let at = body.indexOf(LINE_END); at >= 0; at = body.indexOf(LINE_END, at + 1)) lines += 1
  if (lines > LIMITS.importLinesMax)
    throw refusal('import-too-large', `The file has more than ${String(LIMITS.importLinesMax)} lines.`)
  if (last['lines'] !== lines || last['sha256'] !== hexFromBytes(sha256(body)))
    throw refusal('import-changed', 'The file was changed, or lost lines on the way. Export it again.')
  return body
}

const LINE_END = 0x0a

function* linesOf(body: Uint8Array): Generator<Line> {
  let [start, at] = [0, 1]
  for (let end = body.indexOf(LINE_END); end >= 0; end = body.indexOf(LINE_END, start)) {
    const line = parseLine(textOf(body.subarray(start, end), true))
    if (typeof line?.['kind'] !== 'string') throw badPart(`line ${String(at)}`, 'is no line of an export')
    yield line
    start = end + 1
    at += 1
  }
}

function textOf(bytes: Uint8Array, fatal: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    return undefined
  }
}

function parseLine(text: string | undefined): Line | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Line) : undefined
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    return undefined
  }
}

function readFirst(line: Line | undefined): Pick<ExportFile, 'profileId' | 'atMs'> {
  const version = line?.['version']
  if (typeof version === 'number' && Number.isInteger(version) && version > 1)
    throw refusal(
      'import-newer',
      `The file was written by a newer CloudOS (version ${String(version)} of the format). Update this one, then import again.`,
    )
  const profileId = findId('ProfileId', line?.['profileId'])
  const atMs = Date.parse(String(line?.['at']))
  if (version !== 1 || profileId === undefined || Number.isNaN(atMs))
    throw badPart('line 1', 'does not say which profile it is, of what time and of which version')
  return { profileId, atMs }
}

function readDocument(line: Line, profileId: ProfileId, part: string): BroughtDocument {
  const docId = findId('DocId', line['docId'])
  if (docId === undefined) throw badPart(part, 'has a document without an id')
  const { name } = line
  if (name !== undefined && (typeof name !== 'string' || docIdFrom(profileId, name) !== docId))
    throw badPart(part, 'has a document whose name does not fit its id')
  return { docId, ...(name !== undefined && { name }), ydoc: readYdoc(line['update'], `${part} (document ${docId})`) }
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

function readYdoc(update: unknown, part: string): Y.Doc {
  if (typeof update !== 'string' || update.length % 4 !== 0 || !BASE64.test(update))
    throw badPart(part, 'has content that is no base64')
  const bytes = Uint8Array.from(atob(update), (symbol) => symbol.charCodeAt(0))
  const shape = readUpdate(bytes, { bytes: LIMITS.importMaxBytes, structs: bytes.length, deletes: bytes.length })
  if (!shape.ok) throw badPart(part, `has content that is no whole Yjs update (${shape.error})`)
  if (shape.value.needs.length > 0) throw badPart(part, 'has content that leans on something which is not in the file')
  const ydoc = new Y.Doc()
  Y.applyUpdate(ydoc, bytes)
  if (ydoc.store.pendingStructs !== null) throw badPart(part, 'has content that begins in the middle')
  if (findOversized(ydoc)) throw badPart(part, 'holds a single value larger than an edit may be')
  return ydoc
}

function badPart(part: string, what: string): CloudError {
  return refusal('import-bad-part', `The file cannot be imported: ${part} ${what}.`)
}

function refusal(code: string, message: string): CloudError {
  return new CloudError(code, `${message} Nothing was changed.`)
}
