import { spawnSync } from 'node:child_process'
import process from 'node:process'

/** Installs Debian's packages where there is an apt and we may use it; whether they are there then is for the caller to look. */
export function installWithApt(packages: readonly string[]): void {
  const apt = aptCommand()
  if (!apt) return
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const [program = 'apt-get', ...options] = [...apt, ...args]
    spawnSync(program, options, { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
  }
}

/** `undefined` where there is no apt or no right to use it without a question. */
function aptCommand(): readonly string[] | undefined {
  if (spawnSync('apt-get', ['--version']).status !== 0) return undefined
  if (process.getuid?.() === 0) return ['apt-get']
  return spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n', 'apt-get'] : undefined
}
