import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { utf8 } from '@cloudos/protocol/bytes'
import { createDisk } from '../disk.ts'
import type { SecretStore } from './secret-store.ts'

/** Tells a key that was here and is gone from one that another machine has. */
export async function noteKept(folder: string, name: string, kind: SecretStore['kind']): Promise<void> {
  await createDisk(folder).writeFile(noteName(name), utf8(kind + '\n'))
}

/** Where the key of this way in was put by this home; `undefined` where it was not this home. */
export async function findKept(folder: string, name: string): Promise<SecretStore['kind'] | undefined> {
  if (!existsSync(join(folder, noteName(name)))) return undefined
  const bytes = await createDisk(folder).readFile(noteName(name))
  return new TextDecoder().decode(bytes).trim() === 'system' ? 'system' : 'file'
}

function noteName(name: string): string {
  return `way-${name.slice(0, 32)}.kept`
}
