import { importProfile, previewImport } from '@cloudos/mesh/import/import-profile'
import { readExport } from '@cloudos/mesh/import/read-export'
import type { Profile } from '@cloudos/mesh/profile'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { LIMITS } from '@cloudos/protocol/limits'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { JobView } from '@cloudos/protocol/job-state'
import type { Clock } from '@cloudos/protocol/ports'
import {
  exportProfileCommand,
  importProfileCommand,
  putImportCommand,
  showProfileCommand,
} from '@cloudos/protocol/profile-commands'
import { findSlotKind } from '@cloudos/protocol/slot'
import type { SlotKind } from '@cloudos/protocol/slot'
import { decisionsIn } from '../export/decisions-in.ts'
import { sendPieces } from '../export/export-pieces.ts'
import { importEvent, importTotals } from '../export/import-told.ts'
import { profileLines } from '../export/profile-lines.ts'
import { WaitingImport } from '../export/waiting-import.ts'
import type { Ways } from '../journal/ways.ts'
import { register } from './register.ts'
import type { Registered } from './register.ts'

export interface ProfileCommandParts {
  readonly mesh: { readonly deviceId: DeviceId; readonly profile: Profile | undefined }
  readonly ways: Ways
  readonly jobs: { list(limit: number): readonly JobView[] }
  readonly audit: { pieces(): AsyncIterable<Uint8Array> }
  readonly clock: Clock
}

/** The profile as a whole: what is in it, and all of it as a file. */
export function profileCommands({ mesh, ways, jobs, audit, clock }: ProfileCommandParts): readonly Registered[] {
  const profileNow = (): Profile => {
    if (mesh.profile !== undefined) return mesh.profile
    throw new CloudError('no-profile', 'This device is in no profile yet. Open its page, or pair it.')
  }
  const waiting = new WaitingImport()
  return [
    register({
      shape: showProfileCommand,
      run: async () => {
        const { membership, authority, replica } = profileNow()
        const members = membership.members()
        const removedDevices = members.filter(({ revoked }) => revoked).length
        return {
          profileId: membership.profileId,
          deviceId: mesh.deviceId,
          devices: members.length - removedDevices,
          removedDevices,
          entries: authority.entries().size,
          epochs: authority.state.epochs.length,
          ways: (ways.find()?.slots ?? []).map(findSlotKind).filter((kind): kind is SlotKind => kind !== undefined),
          documents: replica.docs().map((doc) => ({ docId: doc.docId, edits: doc.editCount })),
        }
      },
    }),
    register({
      shape: exportProfileCommand,
      run: (_input, { tell, signal }) => {
        const lines = profileLines({
          profile: profileNow(),
          ways: ways.find(),
          jobs: jobs.list(LIMITS.jobListMax),
          decisions: () => decisionsIn(audit.pieces()),
          atMs: clock.nowMs(),
        })
        return sendPieces(lines, (bytes) => tell({ bytes }), signal)
      },
    }),
    register({
      shape: putImportCommand,
      run: async (piece) => {
        profileNow()
        return { haveBytes: waiting.put(piece) }
      },
    }),
    register({
      shape: importProfileCommand,
      run: async ({ hash, preview }, { tell }) => {
        const { membership, replica } = profileNow()
        const file = readExport(waiting.take(hash))
        const report = await (preview === true ? previewImport : importProfile)(file, {
          profileId: membership.profileId,
          docIds: new Set(replica.docs().map(({ docId }) => docId)),
          open: (docId) => replica.open(docId),
        })
        for (const document of report.documents) tell(importEvent(document))
        return importTotals(report)
      },
    }),
  ]
}
