/**
 * What vendors publish of their interfaces, which fakes are held against. It is large and only tests read it, so it is installed apart,
 * by the first test run.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { root } from './command.ts'

const folder = join(root, 'storage-adapters/descriptions')
const installed = join(folder, 'node_modules/.package-lock.json')

if (!isInstalled()) install()

function isInstalled(): boolean {
  if (!existsSync(installed)) return false
  const has = integritiesIn(installed)
  return [...integritiesIn(join(folder, 'package-lock.json'))].every((integrity) => has.has(integrity))
}

function integritiesIn(file: string): ReadonlySet<string> {
  return new Set(
    Array.from(readFileSync(file, 'utf8').matchAll(/"integrity": "([^"]+)"/g), ([, integrity = '']) => integrity),
  )
}

function install(): void {
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' })
  if (status === 0) return
  console.error(
    `npm could not install what ${folder} asks for; without it no fake of a vendor can be held to the real thing.`,
  )
  process.exitCode = 1
}
