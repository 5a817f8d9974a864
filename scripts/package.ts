/**
 * Packs the `cloudos` command with everything it needs into one tarball: `npm run package` writes cloudos-<version>.tgz into dist/. Nothing
 * in it is fetched when it is installed, and no TypeScript is in it: Node strips no types below node_modules.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { agent, buildStale, command, page } from './build.ts'

const root = join(import.meta.dirname, '..')

if (import.meta.main) {
  await buildStale([page, agent, command])
  console.log(packInto(join(root, 'dist')))
}

/** What is built must be there. Answers with the tarball's path. */
export function packInto(folder: string): string {
  const staging = join(root, '.cache', 'package')
  rmSync(staging, { recursive: true, force: true })
  mkdirSync(staging, { recursive: true })
  mkdirSync(folder, { recursive: true })
  cpSync(join(root, 'agent/dist'), staging, { recursive: true })
  cpSync(join(root, 'control-plane/dist'), join(staging, 'page'), { recursive: true })
  for (const name of ['README.md', 'LICENSE', 'CHANGELOG.md']) cpSync(join(root, name), join(staging, name))
  const starter = readFileSync(join(root, 'agent/bin/cloudos.mjs'), 'utf8').replace(
    '../dist/cloudos.mjs',
    '../cloudos.mjs',
  )
  mkdirSync(join(staging, 'bin'))
  writeFileSync(join(staging, 'bin/cloudos.mjs'), starter, { mode: 0o755 })
  writeFileSync(join(staging, 'package.json'), JSON.stringify(manifest(), undefined, 2) + '\n')
  const packed = spawnSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: staging,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (packed.status !== 0) throw new Error(`npm pack ended with ${String(packed.status)}:\n${packed.stderr}`)
  return join(folder, packed.stdout.trim())
}

function manifest(): object {
  const { version, license, description } = parseManifest(readFileSync(join(root, 'package.json'), 'utf8'))
  return {
    name: 'cloudos',
    version,
    description,
    license,
    type: 'module',
    bin: { cloudos: 'bin/cloudos.mjs' },
    engines: { node: '>=24.12' },
  }
}

function parseManifest(text: string): { version: string; license: string; description: string } {
  return JSON.parse(text) as { version: string; license: string; description: string }
}
