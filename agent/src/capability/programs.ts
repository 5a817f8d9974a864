import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import type { Runtime } from '@cloudos/protocol/capability-record'
import type { Host } from './host.ts'
import { shownName } from './system-files.ts'

/** What jobs may one day need, by the program to look for. Only those that answer `--version` and do nothing else by it. */
const RUNTIMES: Readonly<Record<string, string>> = {
  node: 'node',
  deno: 'deno',
  bun: 'bun',
  python3: 'python',
  java: 'java',
  ruby: 'ruby',
  php: 'php',
  wasmtime: 'wasmtime',
  docker: 'docker',
  podman: 'podman',
}

/** A program that does not answer by then counts as broken. */
const ANSWER_WITHIN_MS = 5_000

/** Where a program lies; folders that are not whole paths are passed over, for they mean another file in each folder. */
export async function findProgram({ searchPath, platform }: Host, name: string): Promise<string | undefined> {
  const file = platform === 'win32' ? name + '.exe' : name
  for (const folder of searchPath.split(delimiter).filter((entry) => isAbsolute(entry))) {
    const path = join(folder, file)
    if (await isProgram(path)) return path
  }
  return undefined
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) return false
    throw cause
  }
}

/** Asks each runtime that is there for its version, once for as long as its file stays the same. */
export class RuntimeBook {
  readonly #versionByFile = new Map<string, string | undefined>()

  async find(host: Host): Promise<readonly Runtime[]> {
    const found: Runtime[] = []
    // One after the other: starting ten programs at once would be felt.
    for (const [program, name] of Object.entries(RUNTIMES)) {
      const path = await findProgram(host, program)
      const version = path === undefined ? undefined : await this.#versionOf(path, host)
      if (version !== undefined) found.push({ name, version })
    }
    return found
  }

  async #versionOf(path: string, host: Host): Promise<string | undefined> {
    const { mtimeMs, size, ino } = await stat(path)
    const file = [path, mtimeMs, size, ino].join(' ')
    if (!this.#versionByFile.has(file)) this.#versionByFile.set(file, versionIn(await askVersion(path, host)))
    return this.#versionByFile.get(file)
  }
}

/** "Docker version 27.3.1, build ce12230" → "27.3.1" */
export function versionIn(answer: string): string | undefined {
  return shownName(/\d+(?:\.\d+)+[\w.+-]*/.exec(answer)?.[0])
}

/** Nothing of the agent's surroundings goes along but the search path, which shims need. */
function askVersion(path: string, { searchPath, homeFolder }: Host): Promise<string> {
  const options = { timeout: ANSWER_WITHIN_MS, maxBuffer: 64 * 1024, cwd: homeFolder, env: { PATH: searchPath } }
  return new Promise((resolve) => {
    const child = execFile(path, ['--version'], { ...options, windowsHide: true }, (failure, out, errors) => {
      resolve(failure === null ? out + '\n' + errors : '')
    })
    child.stdin?.end()
  })
}
