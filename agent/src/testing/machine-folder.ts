import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Host } from '../capability/host.ts'

/** A Linux machine as a folder: what its /proc and /sys say, and its programs, which are shell scripts under bin/. */
export function machineOf(t: TestContext, files: Readonly<Record<string, string>>): Host {
  const root = mkdtempSync(join(tmpdir(), 'cloudos-machine-'))
  t.after(() => {
    rmSync(root, { recursive: true })
  })
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    if (path.startsWith('bin/')) chmodSync(file, 0o755)
  }
  return { platform: 'linux', root, searchPath: join(root, 'bin'), homeFolder: root }
}
