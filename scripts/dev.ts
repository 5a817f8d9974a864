/** `npm run dev`: the agent straight from its sources, restarted on every change; the page rebuilt on every change (reload to see it). */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { buildStale, page } from './build.ts'

const root = join(import.meta.dirname, '..')

await buildStale([page])
const children = [
  run('node_modules/vite/bin/vite.js', 'build', 'control-plane', '--watch', '--logLevel', 'warn'),
  run('--watch', '--watch-preserve-output', 'agent/src/main.ts', ...process.argv.slice(2)),
]
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stopAll)
// One without the other is a half-working system: the first to end takes the rest along.
for (const child of children) child.once('exit', stopAll)

function run(...args: readonly string[]) {
  return spawn(process.execPath, args, { cwd: root, stdio: 'inherit' })
}

function stopAll() {
  for (const child of children) child.kill()
}
