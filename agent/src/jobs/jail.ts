import { stat } from 'node:fs/promises'
import { release } from 'node:os'
import type { Settings } from '../journal/settings.ts'
import type { HostCommand } from './host-process.ts'
import { JOB_USER, planHost } from './host-plan.ts'
import type { HostSurroundings } from './host-plan.ts'
import { isHeld, probe, PROBE_SOURCE } from './jail-probe.ts'
import type { HostPlan } from './wasm-executor.ts'

const NODE = '/node'
const HOST = '/job-host.mjs'

export interface JailParts extends HostSurroundings {
  /** Where bubblewrap is; `undefined` when it is not there. */
  readonly bubblewrap: string | undefined
  /** Files of the agent that nothing in the jail may read. */
  readonly ownFiles: readonly string[]
  /** Remembers across starts what has held here: it is tried again when anything of it has changed. */
  readonly proofs: Settings
  readonly version: string
}

/**
 * The strongest plan that has proved itself here: a jail of bubblewrap whose inside has tried to read, write, start, see and connect, and
 * got at nothing; or else the one without a jail, whose name says so.
 */
export async function planProven(parts: JailParts): Promise<HostPlan> {
  const open = planHost(parts)
  const { bubblewrap, userId, hostFile } = parts
  // Its code must be one file, and root in a jail that is not another user is root.
  if (bubblewrap === undefined || process.platform !== 'linux' || !hostFile.endsWith('.mjs')) return open
  const jailed = userId === 0 ? JOB_USER : undefined
  const command = (args: readonly string[]): HostCommand => ({
    program: bubblewrap,
    args: [...jailArguments(parts), NODE, ...args],
    folder: '/',
    userId: jailed,
  })
  const fingerprint = await fingerprintOf(bubblewrap, parts)
  if (parts.proofs.find('jail-that-held') !== fingerprint) {
    const escape = await probe(command(['-e', PROBE_SOURCE]), [hostFile, parts.node, ...parts.ownFiles])
    if (escape === undefined || !isHeld(escape)) return open
    parts.proofs.set('jail-that-held', fingerprint)
  }
  const inside = planHost({ ...parts, node: NODE, hostFile: HOST, folder: '/', userId: undefined })
  return {
    command: command(inside.command.args),
    isolation: { tier: 1, name: nameOf(jailed) },
    sandbox: 'WebAssembly in a bubblewrap jail: no network, files or other processes',
    mustHold: [...inside.mustHold, 'own-processes', ...(jailed === undefined ? [] : [`user-${String(jailed)}`])],
  }
}

async function fingerprintOf(bubblewrap: string, { node, userId, version }: JailParts): Promise<string> {
  const files = await Promise.all([bubblewrap, node].map((file) => stat(file)))
  const known = files.map(({ size, mtimeMs, ino }) => [size, mtimeMs, ino].join(' '))
  return [version, release(), bubblewrap, node, String(userId), ...known].join(' ')
}

function nameOf(user: number | undefined): string {
  return [
    'WebAssembly without WASI in a bubblewrap jail of its own',
    'no network, no files, no other processes, as tried on this system',
    'Node permissions',
    ...(user === undefined ? [] : [`user ${String(user)}`]),
    'no system call filter',
  ].join('; ')
}

/** Nothing is in it but Node, the libraries it is linked with, and the job-host. */
function jailArguments({ node, hostFile }: HostSurroundings): readonly string[] {
  const bound = [...librariesOfNode().map((file) => [file, file]), [node, NODE], [hostFile, HOST]]
  return [
    ...['--unshare-all', '--die-with-parent', '--new-session', '--clearenv', '--cap-drop', 'ALL'],
    ...bound.flatMap(([from = '', to = '']) => ['--ro-bind', from, to]),
    ...['--proc', '/proc', '--remount-ro', '/', '--chdir', '/'],
  ]
}

/** By the names under which the loader looks for them. */
function librariesOfNode(): readonly string[] {
  const { report } = process
  Reflect.set(report, 'excludeNetwork', true) // it would ask for the names of all addresses
  const { sharedObjects } = report.getReport() as { readonly sharedObjects?: readonly string[] }
  return (sharedObjects ?? []).filter((file) => file.startsWith('/') && file.includes('.so'))
}
