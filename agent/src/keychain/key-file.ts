import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { utf8 } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { createDisk } from '../disk.ts'
import type { SecretStore } from './secret-store.ts'

/** A file for its owner alone, where a machine has no keychain: whoever can read the disk can read it. */
export function keyFileStore(folder: string): SecretStore {
  return {
    kind: 'file',
    noun: `a file in ${folder} that only your user can read`,
    find: async (name) => {
      // Looking must not make the folder of an agent that never ran here.
      const path = join(folder, keyFileName(name))
      if (!existsSync(path)) return undefined
      refuseOpenToOthers(path)
      const bytes = await createDisk(folder).readFile(keyFileName(name))
      return bytes && new TextDecoder().decode(bytes).trimEnd()
    },
    keep: (name, secret) => createDisk(folder).writeFile(keyFileName(name), utf8(secret + '\n')),
    forget: (name) => createDisk(folder).remove(keyFileName(name)),
  }
}

export function keyFileName(name: string): string {
  return `way-${name.slice(0, 32)}.key`
}

/** Throws `CloudError` 'key-open-to-others': what others of this machine can read is theirs as well. */
export function refuseOpenToOthers(path: string): void {
  if (process.platform === 'win32' || (statSync(path).mode & 0o077) === 0) return
  throw new CloudError(
    'key-open-to-others',
    `Other users of this machine may read ${path}, so it is not used. If nobody has, take that right away with: chmod 600 ${path}. If somebody may have, revoke this way in on the page, Settings, Keys.`,
  )
}

/** What must be found in no report, in the spelling of the files. */
export function keyFileSecrets(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter((name) => /^way-[0-9a-f]{32}\.key$/.test(name))
  return names.map((name) => readFileSync(join(folder, name), 'utf8').trim())
}
