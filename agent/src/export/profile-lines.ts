import * as Y from 'yjs'
import { findDocumentName } from './document-name.ts'
import { rootKindOf } from '@cloudos/mesh/import/root-kind'
import type { Root } from '@cloudos/mesh/import/root-kind'
import { shownName } from '@cloudos/mesh/profile-doc/device-names'
import { findProfileDoc } from '@cloudos/mesh/profile-doc/profile-doc'
import type { Profile } from '@cloudos/mesh/profile'
import type { SealedDoc } from '@cloudos/mesh/sealed-doc'
import { auditEntry } from '@cloudos/protocol/audit'
import type { AuditEntry } from '@cloudos/protocol/audit'
import { base64url } from '@cloudos/protocol/base-text'
import { jobView } from '@cloudos/protocol/job-state'
import type { JobView } from '@cloudos/protocol/job-state'
import { jsonFromRecord } from '@cloudos/protocol/json-record'
import type { Json } from '@cloudos/protocol/json-record'
import { findSlotKind } from '@cloudos/protocol/slot'
import type { StoredWays } from '@cloudos/protocol/way-commands'

/** What is written out; nothing here can reach a key. */
export interface ExportSources {
  readonly profile: Profile
  readonly ways: StoredWays | undefined
  readonly jobs: readonly JobView[]
  readonly decisions: () => AsyncIterable<AuditEntry>
  readonly atMs: number
}

export const EXPORT_VERSION = 1

/** The lines of an export, in the order that docs/export-format.md gives. */
export async function* profileLines(sources: ExportSources): AsyncGenerator<Json> {
  const { profile, atMs, ways, jobs } = sources
  const { membership, replica, authority } = profile
  yield {
    kind: 'export',
    version: EXPORT_VERSION,
    profileId: membership.profileId,
    at: new Date(atMs).toISOString(),
  }
  const names = findProfileDoc(replica)?.ydoc
  for (const member of membership.members())
    yield {
      kind: 'device',
      deviceId: member.deviceId,
      name: shownName(names, member),
      class: member.class,
      isRemoved: member.revoked,
      certificateEnds: new Date(member.notAfterMs).toISOString(),
    }
  for (const slot of ways?.slots ?? []) yield { kind: 'way', of: findSlotKind(slot) ?? 'unknown' }
  for (const entry of authority.entries().values()) yield { kind: 'entry', bytes: base64url.encode(entry) }
  for (const doc of replica.docs()) yield documentLine(doc, findDocumentName(profile, doc.docId))
  for (const job of jobs) yield { kind: 'run', ...fieldsOf(jsonFromRecord(jobView, job)) }
  for await (const entry of sources.decisions())
    yield { kind: 'decision', ...fieldsOf(jsonFromRecord(auditEntry, entry)) }
}

function documentLine({ docId, ydoc }: SealedDoc, name: string | undefined): Json {
  const update = Y.encodeStateAsUpdate(ydoc)
  return {
    kind: 'document',
    docId,
    ...(name !== undefined && { name }),
    content: contentOf(update),
    update: Buffer.from(update).toString('base64'),
  }
}

/** In a document of its own: to look at a root gives it a type, which whoever edits the real one may not expect. */
function contentOf(update: Uint8Array): Json {
  const ydoc = new Y.Doc()
  Y.applyUpdate(ydoc, update)
  const roots = [...ydoc.share].map(([name, root]): [string, Json] => [name, rootOf(ydoc, name, root)])
  ydoc.destroy()
  return Object.fromEntries(roots)
}

function rootOf(ydoc: Y.Doc, name: string, root: Root): Json {
  switch (rootKindOf(root)) {
    case 'map':
      return ydoc.getMap(name).toJSON()
    case 'text':
      return ydoc.getText(name).toJSON()
    case 'array':
      return ydoc.getArray(name).toJSON() as Json
    case 'empty':
      return null
  }
}

function fieldsOf(json: Json): Readonly<Record<string, Json>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
    ? Object.fromEntries(Object.entries(json))
    : {}
}
