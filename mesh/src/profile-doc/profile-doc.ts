import { docIdFrom } from '@cloudos/crypto/derive'
import type { DocId, ProfileId } from '@cloudos/protocol/ids'
import type { Replica } from '../replica.ts'
import type { SealedDoc } from '../sealed-doc.ts'

/**
 * One small document that every device of a profile holds: what its owner has said about the profile itself. Each concern has one map of
 * its own at the root (`names`, …) and one file beside this one that reads and writes it. Any member may write anything here: a reader
 * takes only what has the expected form, and looks up what it knows instead of listing what is there.
 */
export function profileDocId(profileId: ProfileId): DocId {
  return docIdFrom(profileId, 'profile')
}

/** Opens it the first time; later calls get the same one. */
export function openProfileDoc(replica: Replica): Promise<SealedDoc> {
  return replica.open(profileDocId(replica.membership.profileId))
}

/** When it is open already. */
export function findProfileDoc(replica: Replica): SealedDoc | undefined {
  const docId = profileDocId(replica.membership.profileId)
  return replica.docs().find((doc) => doc.docId === docId)
}
