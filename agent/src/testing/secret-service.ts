import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

const PROGRAMS = ['secret-tool', 'gnome-keyring-daemon', 'dbus-daemon'] as const

/** Why there can be no keychain of the system's here; `undefined` where there can. */
export function missingForSecretService(): string | undefined {
  return PROGRAMS.find((program) => spawnSync(program, ['--version']).error !== undefined)
}

/** A session of its own with Debian's own keyring in it, unlocked, until the test ends. Gives what programs of that session have in their environment. */
export async function startSecretService(t: TestContext, folder: string): Promise<Readonly<Record<string, string>>> {
  const home = join(folder, 'session')
  mkdirSync(home, { mode: 0o700 })
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, XDG_DATA_HOME: home, XDG_RUNTIME_DIR: home }
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], { env })
  t.after(() => bus.kill())
  const [address] = (await once(bus.stdout.setEncoding('utf8'), 'data')) as [string]
  const inSession = { HOME: home, XDG_DATA_HOME: home, DBUS_SESSION_BUS_ADDRESS: address.trim() }
  const keyring = spawn('gnome-keyring-daemon', ['--unlock', '--components=secrets', '--foreground'], {
    env: { ...env, ...inSession },
  })
  t.after(() => keyring.kill())
  keyring.stdin.end('the password of a person')
  return inSession
}
