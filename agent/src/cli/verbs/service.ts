import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { brokenWorld } from '../../broken-world.ts'
import type { Errand } from '../errand.ts'
import { launchdPlist, systemdUnit } from '../service-text.ts'
import type { ServiceText } from '../service-text.ts'
import type { Given, Outcome } from '../verb.ts'

const LABEL = 'org.cloudos.agent'

/** How one kind of system starts a program with a person's session. */
interface System {
  readonly name: 'systemd' | 'launchd'
  readonly file: string
  readonly text: string
  readonly install: readonly (readonly string[])[]
  readonly remove: readonly (readonly string[])[]
  readonly isActive: readonly string[]
  /** What to know once it is installed. */
  readonly hint: string
}

export async function runServiceInstall(_given: Given, errand: Errand): Promise<Outcome> {
  const system = requireSystem(errand)
  try {
    mkdirSync(dirname(system.file), { recursive: true })
    writeFileSync(system.file, system.text)
  } catch (cause) {
    throw brokenWorld(cause, system.file)
  }
  for (const command of system.install) requireRun(command, errand)
  return {
    result: { system: system.name, file: system.file, installed: true },
    lines: [`${system.name} now starts CloudOS with your session (${system.file}).`, system.hint],
  }
}

export async function runServiceRemove(_given: Given, errand: Errand): Promise<Outcome> {
  const system = requireSystem(errand)
  const wasThere = existsSync(system.file)
  if (wasThere) for (const command of system.remove) run(command, errand)
  rmSync(system.file, { force: true })
  return {
    result: { system: system.name, file: system.file, installed: false },
    lines: [wasThere ? `${system.name} no longer starts CloudOS.` : `${system.name} did not start CloudOS.`],
  }
}

export async function runServiceStatus(_given: Given, errand: Errand): Promise<Outcome> {
  const system = findSystem(errand)
  if (system === undefined) return { result: { installed: false, active: false }, lines: [sayNone(errand)] }
  const installed = existsSync(system.file)
  const active = installed && run(system.isActive, errand)
  const state = active ? 'installed and running' : installed ? 'installed, not running' : 'not installed'
  return { result: { system: system.name, file: system.file, installed, active }, lines: [`${system.name}: ${state}.`] }
}

function requireSystem(errand: Errand): System {
  const system = findSystem(errand)
  if (system === undefined) throw new CloudError('no-service', sayNone(errand))
  return system
}

/** `undefined` where nothing of the kind answers: in a container, say, or over `su`. */
function findSystem(errand: Errand): System | undefined {
  const { world } = errand
  const text: ServiceText = {
    nodeFile: world.nodeFile,
    agentFile: world.agentFile,
    label: LABEL,
    environment: chosen(world.env, ['CLOUDOS_HOME', 'CLOUDOS_PORT', 'XDG_STATE_HOME', 'XDG_CONFIG_HOME']),
  }
  if (world.platform === 'darwin') return launchd(errand, text)
  if (world.platform !== 'linux' || !run(['systemctl', '--user', 'show-environment'], errand)) return undefined
  const folder = world.env['XDG_CONFIG_HOME'] ?? join(world.userHome, '.config')
  return {
    name: 'systemd',
    file: join(folder, 'systemd', 'user', 'cloudos.service'),
    text: systemdUnit(text),
    install: [
      ['systemctl', '--user', 'daemon-reload'],
      ['systemctl', '--user', 'enable', '--now', 'cloudos.service'],
    ],
    remove: [['systemctl', '--user', 'disable', '--now', 'cloudos.service']],
    isActive: ['systemctl', '--user', 'is-active', '--quiet', 'cloudos.service'],
    hint: `To have it run also while you are logged out: loginctl enable-linger ${world.userName}`,
  }
}

function launchd({ world }: Errand, text: ServiceText): System {
  const domain = `gui/${String(world.userId ?? 0)}`
  const file = join(world.userHome, 'Library', 'LaunchAgents', `${LABEL}.plist`)
  return {
    name: 'launchd',
    file,
    text: launchdPlist(text),
    install: [['launchctl', 'bootstrap', domain, file]],
    remove: [['launchctl', 'bootout', `${domain}/${LABEL}`]],
    isActive: ['launchctl', 'print', `${domain}/${LABEL}`],
    hint: 'It runs while you are logged in.',
  }
}

function chosen(env: Readonly<Record<string, string | undefined>>, names: readonly string[]) {
  return names.flatMap((name): readonly (readonly [string, string])[] => {
    const value = env[name]
    return value === undefined || value === '' ? [] : [[name, value]]
  })
}

function sayNone({ world }: Errand): string {
  return world.platform === 'linux'
    ? 'There is no systemd session for this user here, so nothing can start CloudOS by itself. Log in normally (not by su or in a container) and try again, or start it with: cloudos up'
    : `CloudOS knows no service of ${world.platform}. Start it with: cloudos up`
}

function run([program = '', ...args]: readonly string[], { world }: Errand): boolean {
  return spawnSync(program, args, { env: { ...world.env }, stdio: 'ignore' }).status === 0
}

function requireRun(command: readonly string[], errand: Errand): void {
  if (run(command, errand)) return
  throw new CloudError(
    'service-failed',
    `\`${command.join(' ')}\` did not work. Run it yourself to see why; cloudos service remove takes back what was installed.`,
  )
}
