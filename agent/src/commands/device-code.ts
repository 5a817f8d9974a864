import { CloudError } from '@cloudos/protocol/cloud-error'
import { deviceCodeCommand } from '@cloudos/protocol/device-code-command'
import type { MeshHost } from '../mesh-host.ts'
import { register } from './register.ts'
import type { Registered } from './register.ts'

/** The way back from this device. */
export function deviceCodeCommands(mesh: MeshHost): readonly Registered[] {
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
  ]
}
