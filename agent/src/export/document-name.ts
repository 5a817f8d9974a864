import { docIdFrom } from '@cloudos/crypto/derive'
import type { Profile } from '@cloudos/mesh/profile'
import type { DocId } from '@cloudos/protocol/ids'

const KNOWN_DOCUMENTS = ['notes', 'profile']

/** Documents are found by a hash of their name; only what CloudOS itself has named can be told. */
export function findDocumentName({ membership }: Profile, docId: DocId): string | undefined {
  return KNOWN_DOCUMENTS.find((name) => docIdFrom(membership.profileId, name) === docId)
}

/** What a person is told: its name, or the beginning of its id. */
export function documentName(profile: Profile | undefined, docId: DocId): string {
  return (profile && findDocumentName(profile, docId)) ?? `document ${docId.slice(0, 8)}`
}
