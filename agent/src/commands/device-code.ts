import { hashId } from '@cloudos/crypto/hash'
import { hashSlotSet } from '@cloudos/crypto/slots'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { deviceCodeCommand } from '@cloudos/protocol/device-code-command'
import { deviceClocksCommand, deviceKeepsCommand } from '@cloudos/protocol/device-copy-commands'
import type { Clock } from '@cloudos/protocol/ports'
import type { OtherDevices } from '../device-code/other-devices.ts'
import type { Ways } from '../journal/ways.ts'
import type { MeshHost } from '../mesh-host.ts'
import { register } from './register.ts'
import type { Registered } from './register.ts'

export interface DeviceCopyParts {
  readonly mesh: MeshHost
  readonly ways: Ways
  readonly others: OtherDevices
  readonly clock: Clock
}

/** A device as a copy of the profile: the way back from it, and what it tells the others. */
export function deviceCopyCommands({ mesh, ways, others, clock }: DeviceCopyParts): readonly Registered[] {
  return [
    register({
      shape: deviceCodeCommand,
      run: () => {
        if (mesh.profile === undefined || mesh.isRemoved)
          return Promise.reject(
            new CloudError('no-profile', 'This device is in no profile: there is nothing to bring back.'),
          )
        return Promise.resolve({ ...mesh.codes.show(), where: mesh.place() })
      },
    }),
    register({
      shape: deviceKeepsCommand,
      run: () => {
        const kept = ways.find()
        const hash = kept && hashSlotSet(kept.slots, hashId(kept.sealedVault))
        return Promise.resolve({ nowMs: clock.nowMs(), ...(hash !== undefined && { ways: hash }) })
      },
    }),
    register({ shape: deviceClocksCommand, run: async () => ({ clocks: await others.clocks() }) }),
  ]
}
