import * as Y from 'yjs'
import { docIdFrom } from '@cloudos/crypto/derive'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DocId, ProfileId } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import { mergeDocument } from './merge-document.ts'
import type { Merged } from './merge-document.ts'
import type { ExportFile, LineCounts } from './read-export.ts'

/** A document of this profile to be written into. */
export interface OpenDocument {
  readonly ydoc: Y.Doc
  /** Resolves once every edit of it is on this device's disk. */
  durable(): Promise<void>
}

/** The profile that something is brought into, as one of its devices has it open. */
export interface ImportInto {
  readonly profileId: ProfileId
  /** Ids of the documents that are there. */
  readonly docIds: ReadonlySet<DocId>
  open(docId: DocId): Promise<OpenDocument>
}

export interface ImportedDocument extends Merged {
  readonly docId: DocId
  readonly name?: string
  readonly isNew: boolean
}

export interface ImportReport {
  readonly profileId: ProfileId
  readonly atMs: number
  readonly documents: readonly ImportedDocument[]
  /** Lines of what belongs to the profile or the device that wrote the file, and cannot come. */
  readonly leftOut: LineCounts
}

/** What an import would do. Nothing is changed by it. Rejects with `CloudError`. */
export async function previewImport(file: ExportFile, into: ImportInto): Promise<ImportReport> {
  return reportOf(file, await mergeAll(file, into, 'preview'))
}

/**
 * Does it, once a preview has shown that every part can be done. Resolves when all of it is on the disk; when that rejects (`CloudError`)
 * the edits wait for the disk like any others, and importing again adds nothing twice.
 */
export async function importProfile(file: ExportFile, into: ImportInto): Promise<ImportReport> {
  await previewImport(file, into)
  return reportOf(file, await mergeAll(file, into, 'write'))
}

async function mergeAll(file: ExportFile, into: ImportInto, how: 'preview' | 'write'): Promise<ImportedDocument[]> {
  const targets = file.documents.map((document) => {
    const { docId, name } = document
    return { document, docId: name === undefined ? docId : docIdFrom(into.profileId, name) }
  })
  const added = targets.filter(({ docId }) => !into.docIds.has(docId)).length
  if (into.docIds.size + added > LIMITS.docsPerProfile)
    throw new CloudError(
      'import-too-large',
      `A profile takes ${String(LIMITS.docsPerProfile)} documents; with those of the file it would have more. Nothing was changed.`,
    )
  const isKnown = new Set(into.docIds)
  const heading = `— Imported, as of ${new Date(file.atMs).toISOString().slice(0, 10)} —`
  const done: ImportedDocument[] = []
  for (const { document, docId } of targets) {
    const { name } = document
    const isNew = !isKnown.has(docId)
    // A preview opens nothing that is not there: to open a document is to begin it.
    const real = isNew && how === 'preview' ? undefined : await into.open(docId)
    const ydoc = real !== undefined && how === 'write' ? real.ydoc : copyOf(real?.ydoc)
    const merged = mergeDocument(ydoc, document.ydoc, heading)
    if (how === 'preview') ydoc.destroy()
    else await real?.durable()
    done.push({ docId, ...(name !== undefined && { name }), isNew, ...merged })
  }
  return done
}

function copyOf(ydoc: Y.Doc | undefined): Y.Doc {
  const copy = new Y.Doc()
  if (ydoc !== undefined) Y.applyUpdate(copy, Y.encodeStateAsUpdate(ydoc))
  return copy
}

function reportOf({ profileId, atMs, counts }: ExportFile, documents: readonly ImportedDocument[]): ImportReport {
  const { document: _documents, ...leftOut } = counts
  return { profileId, atMs, documents, leftOut }
}
