import type { ImportedDocument, ImportReport } from '@cloudos/mesh/import/import-profile'
import { IMPORT_PLACES_MAX, importPlace } from '@cloudos/protocol/profile-commands'
import type { DocumentImport, ProfileImport } from '@cloudos/protocol/profile-commands'

/** What became of a document, as the command tells it. */
export function importEvent({ docId, name, isNew, added, bothKept, keptHere }: ImportedDocument): DocumentImport {
  return {
    docId,
    ...(name !== undefined && { name }),
    ...{ isNew, added, bothKept: bothKept.length, keptHere: keptHere.length },
    places: [...bothKept, ...keptHere].slice(0, IMPORT_PLACES_MAX).map(importPlace),
  }
}

export function importTotals({ profileId, atMs, documents, leftOut }: ImportReport): ProfileImport {
  const sum = (count: (document: ImportedDocument) => number): number =>
    documents.reduce((total, document) => total + count(document), 0)
  return {
    profileId,
    atMs,
    documents: documents.length,
    added: sum(({ added }) => added),
    bothKept: sum(({ bothKept }) => bothKept.length),
    keptHere: sum(({ keptHere }) => keptHere.length),
    devices: leftOut['device'] ?? 0,
    ways: leftOut['way'] ?? 0,
    entries: leftOut['entry'] ?? 0,
    runs: leftOut['run'] ?? 0,
    decisions: leftOut['decision'] ?? 0,
  }
}
