import { posix } from 'node:path'
import { type Finding, type Source } from './source.ts'

/** How a browser resolves a package's `#name`, by room. */
export type BrowserImports = Readonly<Record<string, Readonly<Record<string, string>>>>

/** Imports of Node in anything the page reaches, with the way that leads there. */
export function findNodeInPage(sources: readonly Source[], imports: BrowserImports, entry: string): readonly Finding[] {
  const sourceByPath = new Map(sources.map((source) => [source.path, source]))
  const wayByPath = new Map([[entry, [entry]]])
  const findings: Finding[] = []
  // A map's iterator also visits what is added on the way.
  for (const [path, way] of wayByPath) {
    const source = sourceByPath.get(path)
    for (const { specifier, line } of source?.imports ?? []) {
      if (specifier.startsWith('node:'))
        findings.push({ path, line, message: `the page reaches ${specifier}: ${way.join(' → ')}` })
      const target = source && resolve(source, specifier, imports)
      if (target && !wayByPath.has(target)) wayByPath.set(target, [...way, target])
    }
  }
  return findings
}

function resolve({ path, room }: Source, specifier: string, imports: BrowserImports): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier)
  if (specifier.startsWith('#')) return posix.join(room, imports[room]?.[specifier] ?? '')
  const [scope, target, ...rest] = specifier.split('/')
  return scope === '@cloudos' && target ? `${target}/src/${rest.join('/')}.ts` : undefined
}
