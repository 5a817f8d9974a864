import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Keychains } from './keychains.ts'
import { noteKept } from './kept-note.ts'
import type { SecretStore } from './secret-store.ts'

export interface KeyToKeep {
  /** The name of the slot that it opens. */
  readonly name: string
  readonly secret: string
  readonly label: string
  /** Where the person wants it; `undefined`: the system's keychain where there is one that works, otherwise a file. */
  readonly where: SecretStore['kind'] | undefined
}

/** Keeps it, reads it back, and says where it is. Rejects (`CloudError`) where it is not kept. */
export async function keepKey({ system, file, folder }: Keychains, key: KeyToKeep): Promise<SecretStore> {
  if (key.where !== 'file' && system !== undefined) {
    try {
      return await keepIn(system, folder, key)
    } catch (cause) {
      if (!(cause instanceof CloudError) || key.where === 'system') throw cause
    }
  }
  if (key.where === 'system')
    throw new CloudError('no-keychain', 'CloudOS knows no keychain of this kind of system. Keep it in a file, which is weaker: --keep file') // prettier-ignore
  return keepIn(file, folder, key)
}

async function keepIn(store: SecretStore, folder: string, { name, secret, label }: KeyToKeep): Promise<SecretStore> {
  await store.keep(name, secret, label)
  if ((await store.find(name)) !== secret)
    throw new CloudError('keychain-unreachable', `What was given to ${store.noun} did not come back the same. Nothing was changed.`) // prettier-ignore
  await noteKept(folder, name, store.kind)
  return store
}
