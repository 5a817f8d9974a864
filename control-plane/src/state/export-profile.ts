import { CloudError } from '@cloudos/protocol/cloud-error'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import type { DeviceId } from '@cloudos/protocol/ids'
import { exportProfileCommand } from '@cloudos/protocol/profile-commands'
import { callAgent } from '../profile/agent-commands.ts'
import type { ProfileInTab } from '../profile/profile.ts'

/** Everything a device holds of the profile, as docs/export-format.md describes it. Rejects with `CloudError`, also when a piece is missing. */
export async function exportProfile(profile: ProfileInTab, deviceId: DeviceId): Promise<Blob> {
  const pieces: Uint8Array<ArrayBuffer>[] = []
  const onEvent = ({ bytes }: { readonly bytes: Uint8Array }): void => {
    pieces.push(new Uint8Array(bytes))
  }
  const answer = await callAgent(profile.device(deviceId), exportProfileCommand, {}, { onEvent })
  const file = new Blob(pieces, { type: 'application/jsonl' })
  const hash = await crypto.subtle.digest('SHA-256', await file.arrayBuffer())
  if (file.size === answer.sizeBytes && hexFromBytes(new Uint8Array(hash)) === answer.sha256) return file
  throw new CloudError('not-whole', 'The file did not come whole. Nothing was saved. Try again.')
}
