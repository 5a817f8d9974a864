/** Builds the page and the agent's bundle into their `dist` folders, each only when something it is made of has changed. */
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const rooms = ['protocol', 'crypto', 'scheduler', 'storage-adapters', 'mesh']

interface Product {
  readonly name: string
  /** Globs of everything that goes in. */
  readonly sources: readonly string[]
  /** What must be there for the product to count as built. */
  readonly output: string
  readonly build: () => Promise<unknown>
}

export const page: Product = {
  name: 'page',
  sources: ['control-plane/{index.html,*.config.*}', 'control-plane/{src,public}/**/*', ...rooms.map(sourcesOf)],
  output: 'control-plane/dist/index.html',
  build: async () => {
    const { build } = await import('vite')
    await build({ root: join(root, 'control-plane'), logLevel: 'warn' })
  },
}

export const agent: Product = {
  name: 'agent',
  sources: [...rooms, 'agent'].map(sourcesOf),
  output: 'agent/dist/agent.mjs',
  build: async () => {
    // A job-host loads nothing but itself: it may read no other file.
    await bundle('agent/src/jobs/host/main.ts', 'agent/dist/job-host.mjs')
    await bundlePieces('agent', 'agent/src/main.ts')
  },
}

/** In pieces: a command loads what it needs. The agent's bundle lies beside it. */
export const command: Product = {
  name: 'command',
  sources: [...rooms, 'agent'].map(sourcesOf),
  output: 'agent/dist/cloudos.mjs',
  build: () => bundlePieces('cloudos', 'agent/src/cli/main.ts'),
}

/** `agent/dist/<name>.mjs`, and beside it in a folder of its own what is loaded only when it is needed. */
async function bundlePieces(name: string, input: string): Promise<void> {
  const { build } = await import('rolldown')
  rmSync(join(root, `agent/dist/${name}`), { recursive: true, force: true })
  await build({
    cwd: root,
    input: { [name]: input },
    platform: 'node',
    logLevel: 'warn',
    output: {
      dir: 'agent/dist',
      entryFileNames: '[name].mjs',
      chunkFileNames: `${name}/[name]-[hash].mjs`,
      format: 'esm',
      minify: true,
    },
  })
}

async function bundle(input: string, file: string): Promise<void> {
  const { build } = await import('rolldown')
  await build({
    cwd: root,
    input,
    platform: 'node',
    logLevel: 'warn',
    output: { file, format: 'esm', minify: true, codeSplitting: false },
  })
}

function sourcesOf(room: string): string {
  return `${room}/{package.json,src/**/*}`
}

if (import.meta.main) await buildStale([page, agent, command])

export async function buildStale(products: readonly Product[]): Promise<void> {
  await Promise.all(products.map(buildWhenStale))
}

async function buildWhenStale({ name, sources, output, build }: Product): Promise<void> {
  const stamp = join(root, '.cache', `built-${name}`)
  const fingerprint = fingerprintOf(sources)
  if (existsSync(join(root, output)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) return
  const startedAtMs = performance.now()
  rmSync(stamp, { force: true })
  await build()
  mkdirSync(join(root, '.cache'), { recursive: true })
  writeFileSync(stamp, fingerprint)
  console.error(`Built the ${name} in ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s.`)
}

/** By content: file times change with every checkout. */
function fingerprintOf(sources: readonly string[]): string {
  const patterns = ['package-lock.json', 'scripts/build.ts', ...sources]
  const files = globSync(patterns, {
    cwd: root,
    withFileTypes: true,
    exclude: (entry) => entry.name.endsWith('.test.ts'),
  })
  const paths = files.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const hash = createHash('sha256')
  for (const path of paths.sort()) {
    const bytes = readFileSync(path)
    hash.update(`${path.slice(root.length)}\0${bytes.length}\0`).update(bytes)
  }
  return hash.digest('hex')
}
