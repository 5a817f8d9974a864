import { isAbsolute, join } from 'node:path'
import { sha256 } from '@cloudos/crypto/hash'
import { hexFromBytes, utf8 } from '@cloudos/protocol/bytes'
import { parseInvitation } from '@cloudos/protocol/invitation'
import type { Invitation } from '@cloudos/protocol/invitation'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'

export interface AgentConfig {
  /** Everything this device keeps. */
  readonly homeFolder: string
  /** The socket and the one-time links of this run; gone after a restart of the machine. */
  readonly runFolder: string
  readonly socketPath: string
  /** Asked for by the owner; otherwise the port of the first start, or the first free one. */
  readonly port: number | undefined
  /** The command that shows a file in the person's browser; none on a machine without a screen, or when not wanted. */
  readonly opener: string | undefined
  readonly invitation: Invitation | undefined
  /** Started to outlive the process that started it. */
  readonly isDetached: boolean
  /** What the owner has chosen: `owner-config.ts`. */
  readonly configFile: string
  /** JSON lines, and older ones beside it. */
  readonly logFile: string
  /** Where programs are looked for. */
  readonly searchPath: string
}

/** What the process was started with; only main.ts reads it. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly args: readonly string[]
  readonly platform: string
  readonly userHome: string
  readonly temporaryFolder: string
  readonly userName: string
}

export type ConfigRefusal =
  | { readonly kind: 'bad-port'; readonly given: string }
  | { readonly kind: 'relative-home'; readonly given: string }
  | { readonly kind: 'unknown-argument'; readonly given: string }
  | { readonly kind: 'no-link' }
  | { readonly kind: 'bad-link' }

export function parseConfig(surroundings: Surroundings): Result<AgentConfig, ConfigRefusal> {
  const { env } = surroundings
  const homeFolder = filled(env['CLOUDOS_HOME']) ?? join(stateFolder(surroundings), 'cloudos')
  if (!isAbsolute(homeFolder)) return err({ kind: 'relative-home', given: homeFolder })
  const port = parsePort(filled(env['CLOUDOS_PORT']))
  if (!port.ok) return port
  const isDetached = surroundings.args[0] === '--detached'
  const invitation = parsePairLink(isDetached ? surroundings.args.slice(1) : surroundings.args)
  if (!invitation.ok) return invitation
  return ok({
    homeFolder,
    ...doorsOf(homeFolder, surroundings),
    port: port.value,
    opener: env['CLOUDOS_NO_OPEN'] === '1' ? undefined : openerOf(surroundings),
    invitation: invitation.value,
    isDetached,
    configFile: join(configFolder(surroundings, homeFolder), 'config.json'),
    logFile: join(homeFolder, 'logs', 'agent.log'),
    searchPath: env['PATH'] ?? '',
  })
}

export function sayConfigRefusal(refusal: ConfigRefusal): string {
  switch (refusal.kind) {
    case 'bad-port':
      return `CLOUDOS_PORT is "${refusal.given}", but takes a number from 1 to 65535. Nothing was started.`
    case 'relative-home':
      return `CLOUDOS_HOME is "${refusal.given}", but takes a whole path that begins with /. Nothing was started.`
    case 'unknown-argument':
      return `CloudOS does not know "${refusal.given}". It takes: --pair 'LINK'. Nothing was started.`
    case 'bad-link':
      return 'That is not a link of CloudOS, or not the whole of it. Copy it again, in quotes. Nothing was started.'
    case 'no-link':
      return "--pair takes the link that the other device shows: --pair 'cloudos:pair?…'. Nothing was started."
  }
}

/** An empty variable counts as absent, as the XDG rules say. */
function filled(value: string | undefined): string | undefined {
  return value === '' ? undefined : value
}

function stateFolder({ env, userHome }: Surroundings): string {
  return absolute(env['XDG_STATE_HOME']) ?? join(userHome, '.local', 'state')
}

/** A home of one's own has settings of its own. */
function configFolder({ env, userHome }: Surroundings, homeFolder: string): string {
  if (filled(env['CLOUDOS_HOME']) !== undefined) return homeFolder
  return join(absolute(env['XDG_CONFIG_HOME']) ?? join(userHome, '.config'), 'cloudos')
}

/** Relative XDG paths are to be ignored, says their specification. */
function absolute(value: string | undefined): string | undefined {
  return value !== undefined && isAbsolute(value) ? value : undefined
}

/** Short whatever the home is called: a socket's path holds about a hundred bytes. */
function doorsOf(homeFolder: string, surroundings: Surroundings): Pick<AgentConfig, 'runFolder' | 'socketPath'> {
  const { env, platform, temporaryFolder, userName } = surroundings
  const name = hexFromBytes(sha256(utf8(homeFolder))).slice(0, 12)
  const parent = absolute(env['XDG_RUNTIME_DIR']) ?? temporaryFolder
  const runFolder = join(parent, `cloudos-${userName}-${name}`)
  return {
    runFolder,
    socketPath: platform === 'win32' ? `\\\\.\\pipe\\cloudos-${name}` : join(runFolder, 'agent.sock'),
  }
}

function parsePort(given: string | undefined): Result<number | undefined, ConfigRefusal> {
  if (given === undefined) return ok(undefined)
  const port = /^[1-9][0-9]{0,4}$/.test(given) ? Number(given) : Number.NaN
  return port <= 65535 ? ok(port) : err({ kind: 'bad-port', given })
}

function parsePairLink(args: readonly string[]): Result<Invitation | undefined, ConfigRefusal> {
  const [flag, link, ...rest] = args
  if (flag === undefined) return ok(undefined)
  if (flag !== '--pair') return err({ kind: 'unknown-argument', given: flag })
  if (link === undefined || link === '') return err({ kind: 'no-link' })
  if (rest[0] !== undefined) return err({ kind: 'unknown-argument', given: rest[0] })
  const invitation = parseInvitation(link)
  return invitation.ok ? invitation : err({ kind: 'bad-link' })
}

function openerOf({ env, platform }: Surroundings): string | undefined {
  if (platform === 'darwin') return 'open'
  if (platform === 'win32') return 'explorer'
  const hasScreen = filled(env['DISPLAY']) !== undefined || filled(env['WAYLAND_DISPLAY']) !== undefined
  return hasScreen ? 'xdg-open' : undefined
}
