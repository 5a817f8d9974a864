import { join } from 'node:path'
import type { Errand } from '../cli/errand.ts'
import { keyFileStore } from './key-file.ts'
import type { SecretStore } from './secret-store.ts'
import { secretToolStore } from './secret-tool.ts'
import { securityToolStore } from './security-tool.ts'

/** Where this machine can keep a secret for the agent of this home. */
export interface Keychains {
  /** Of the operating system, where CloudOS knows how to ask it; whether it is there turns out when it is asked. */
  readonly system: SecretStore | undefined
  readonly file: SecretStore
  /** Beside the device's own key: which ways in this home has given a keychain. No secrets. */
  readonly folder: string
}

export function keychainsOf({ world, config }: Pick<Errand, 'world' | 'config'>): Keychains {
  const folder = join(config.homeFolder, 'keys')
  return { system: systemStore(world), file: keyFileStore(folder), folder }
}

function systemStore(world: Errand['world']): SecretStore | undefined {
  if (world.platform === 'linux') return secretToolStore(world)
  if (world.platform === 'darwin') return securityToolStore(world)
  return undefined
}
