import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { foundFolder } from '../folder.ts'

export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string
}

export async function createTemporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'cloudos-folder-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

export async function foundTemporaryFolder(): Promise<TemporaryFolder> {
  const folder = await createTemporaryFolder()
  await foundFolder(folder.path)
  return folder
}
