/**
 * `npm run trusted-core`: the size of the code that must be right for nothing to leak and nobody to get in: keys, seals and
 * signatures, the checks of frames, and who may talk to this device. Our own code counts, bundled for Node and minified; what the
 * formats it reads and its libraries add is said beside it.
 */
import { globSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { rolldown } from 'rolldown'

const root = join(import.meta.dirname, '..')
export const goalBytes = 55_000
const parts = ['crypto/src/*.ts', 'protocol/src/frame.ts', 'mesh/src/{admission,gater}.ts', 'agent/src/http/guard.ts']

export interface TrustedCore {
  /** The parts above and nothing they import. */
  readonly ownBytes: number
  readonly withFormatsBytes: number
  readonly withLibrariesBytes: number
}

const OWN = /^[./\0#]|^@cloudos\/|^trusted-core$/
const FORMATS = /^@cloudos\/protocol\//

if (import.meta.main) {
  const { ownBytes, withFormatsBytes, withLibrariesBytes } = await measureTrustedCore()
  console.log(
    `trusted core: ${ownBytes} bytes, of less than ${goalBytes}; ${withFormatsBytes} with the formats it reads, ${withLibrariesBytes} with its libraries`,
  )
  process.exitCode = ownBytes < goalBytes ? 0 : 1
}

export async function measureTrustedCore(): Promise<TrustedCore> {
  // crypto has two halves for Node and browsers; an agent runs the first.
  const files = globSync(parts, { cwd: root, exclude: ['**/*.test.ts', '**/native-portable.ts'] }).sort()
  const entry = files.map((file) => `export * from ${JSON.stringify(join(root, file))}`).join('\n')
  return {
    ownBytes: await bundledBytes(entry, (id) => !OWN.test(id) || (FORMATS.test(id) && !id.endsWith('/frame'))),
    withFormatsBytes: await bundledBytes(entry, (id) => !OWN.test(id)),
    withLibrariesBytes: await bundledBytes(entry, () => false),
  }
}

async function bundledBytes(entry: string, isLeftOut: (id: string) => boolean): Promise<number> {
  const bundle = await rolldown({
    input: 'trusted-core',
    platform: 'node',
    external: isLeftOut,
    plugins: [
      {
        name: 'trusted-core',
        resolveId: (id) => (id === 'trusted-core' ? id : null),
        load: (id) => (id === 'trusted-core' ? entry : null),
      },
    ],
  })
  const { output } = await bundle.generate({ format: 'esm', minify: true, codeSplitting: false })
  await bundle.close()
  // The list of exports is there to keep everything in; it is no code.
  return Buffer.byteLength(output[0].code.replace(/export\{[^}]*\};?\s*$/, ''))
}
