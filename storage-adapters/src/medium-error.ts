import { CloudError } from '@cloudos/protocol/cloud-error'
import type { MediumFault } from '@cloudos/protocol/ports'

/** A `CloudError` whose code is one the port names. */
export function createMediumError(fault: MediumFault, message: string, cause?: unknown): CloudError {
  return new CloudError(fault, message, cause)
}
