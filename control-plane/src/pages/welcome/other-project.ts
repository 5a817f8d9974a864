import { CloudError } from '@cloudos/protocol/cloud-error'
import { isDriveAddress, parseDriveAddress, projectOf } from '@cloudos/protocol/drive-address'

/** Why a client reaches another folder than the one that a kit names; only clients of one project share theirs. Throws for what is no client. */
export function otherProject(where: string, inKit: string | undefined): CloudError | undefined {
  const given = projectOf(parseDriveAddress(where))
  if (inKit === undefined || !isDriveAddress(inKit)) return undefined
  const named = projectOf(parseDriveAddress(inKit))
  if (given === named) return undefined
  return new CloudError('other-project', `That client is of the project ${given}, and your kit names a copy of the project ${named}. Make a web client in that one.`) // prettier-ignore
}
