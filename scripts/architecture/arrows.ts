import { posix } from 'node:path'
import { type Finding, type Import, type Source } from './source.ts'

/** Which room may open which door: docs/architecture.md. */
const doors: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  crypto: ['protocol'],
  scheduler: ['protocol'],
  'storage-adapters': ['protocol'],
  mesh: ['protocol', 'crypto'],
  agent: ['protocol', 'crypto', 'scheduler', 'mesh', 'storage-adapters'],
  'control-plane': ['protocol', 'crypto', 'scheduler', 'mesh', 'storage-adapters'],
  e2e: ['protocol', 'crypto', 'scheduler', 'mesh', 'storage-adapters', 'agent', 'control-plane', 'scripts'],
  scripts: ['protocol', 'crypto', 'scheduler', 'mesh', 'storage-adapters', 'agent', 'control-plane', 'e2e'],
}

/** The only places that name concrete adapters, read the environment, or exit. */
export const wiring: readonly string[] = ['agent/src/main.ts', 'agent/src/cli/main.ts', 'control-plane/src/main.ts']

const solana = /^@solana\/|^@wallet-standard\//
const solanaBorders = ['control-plane/src/wallet.ts', 'agent/src/settlement/']

/** Dependencies by room, as its package.json declares them; the root's serve the tests and scripts of all. */
export type Declared = Readonly<Record<string, readonly string[]>>

export function findWrongArrows(sources: readonly Source[], declared: Declared): readonly Finding[] {
  return sources.flatMap((source) =>
    source.imports.flatMap((entry) => {
      const message = refuse(source, entry, declared)
      return message === undefined ? [] : [{ path: source.path, line: entry.line, message }]
    }),
  )
}

function refuse(source: Source, { specifier }: Import, declared: Declared): string | undefined {
  if (specifier.startsWith('#')) return undefined
  if (specifier.startsWith('node:')) return refuseNode(source, specifier)
  if (specifier.startsWith('.')) return refuseRelative(source, specifier)
  if (specifier.startsWith('@cloudos/')) return refuseRoom(source, specifier, declared)
  return refusePackage(source, specifier, declared)
}

function refuseNode({ room, isTest }: Source, specifier: string): string | undefined {
  const isPure = room === 'protocol' || room === 'scheduler'
  return isPure && !isTest ? `${room} imports nothing of Node (${specifier})` : undefined
}

function refuseRelative({ path, room }: Source, specifier: string): string | undefined {
  const target = posix.join(posix.dirname(path), specifier)
  const targetRoom = target.split('/')[0] ?? ''
  if (targetRoom === room) return undefined
  // The scripts are no package: the way in is a path.
  if (targetRoom === 'scripts' && doors[room]?.includes('scripts')) return undefined
  return `${target} is another room's: import it by its name, if there is a door`
}

function refuseRoom(source: Source, specifier: string, declared: Declared): string | undefined {
  const { path, room, isTest } = source
  const target = specifier.split('/')[1] ?? ''
  if (target === room) return 'a room imports its own files by ./'
  if (!doors[room]?.includes(target)) return `wrong arrow: ${room} → ${target}`
  const isRuntime = room === 'agent' || room === 'control-plane'
  if (target === 'storage-adapters' && isRuntime && !isTest && !wiring.includes(path))
    return `only main.ts names a concrete adapter (${specifier})`
  return refuseUndeclared(source, `@cloudos/${target}`, declared)
}

function refusePackage(source: Source, specifier: string, declared: Declared): string | undefined {
  const { path, room, isTest } = source
  const name = packageOf(specifier)
  if ((room === 'protocol' || room === 'scheduler') && !isTest) return `${room} imports no package (${name})`
  if (solana.test(name) && !solanaBorders.some((border) => path.replace('.test.ts', '.ts').startsWith(border)))
    return `${name} stands only at ${solanaBorders.join(' and ')}`
  if (room === 'storage-adapters' && !isTest && new Set(source.imports.map(vendorOf).filter(Boolean)).size > 1)
    return 'an adapter imports one vendor package'
  return refuseUndeclared(source, name, declared)
}

function refuseUndeclared({ path, room, isTest }: Source, name: string, declared: Declared): string | undefined {
  const isTooling = isTest || room === 'scripts' || /^[^/]+\/[^/]+\.config\.ts$/.test(path)
  const known = [...(declared[room] ?? []), ...(isTooling ? (declared[''] ?? []) : [])]
  const isWorkspace = room === 'scripts' && name.startsWith('@cloudos/')
  return known.includes(name) || isWorkspace ? undefined : `${name} is not among the dependencies of ${room}`
}

function vendorOf({ specifier }: Import): string | undefined {
  return /^(\.|#|node:|@cloudos\/)/.test(specifier) ? undefined : packageOf(specifier)
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
