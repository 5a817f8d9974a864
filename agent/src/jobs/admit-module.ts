import { CloudError } from '@cloudos/protocol/cloud-error'
import { LIMITS } from '@cloudos/protocol/limits'
import { IMPORT_NAMES } from './host/imports.ts'
import { fitModule } from './wasm/fit-module.ts'
import type { ModuleRefusal } from './wasm/fit-module.ts'

const IMPORTS: ReadonlySet<string> = new Set(IMPORT_NAMES)

/** The module as it is run, held to its memory. Throws `CloudError` whose code is the `ModuleRefusal`. */
export function admitModule(module: Uint8Array, memoryMiB: number): Uint8Array {
  const fitted = fitModule(module, { memoryMiB, maxBytes: LIMITS.blobMaxBytes, imports: IMPORTS })
  if (!fitted.ok) throw new CloudError(fitted.error, sayRefusal(fitted.error, memoryMiB))
  return fitted.value
}

function sayRefusal(refusal: ModuleRefusal, memoryMiB: number): string {
  switch (refusal) {
    case 'module-too-large':
      return 'The program is larger than 8 MiB. Strip its debug symbols.'
    case 'not-wasm':
      return 'That is not a WebAssembly module. A job takes a .wasm file.'
    case 'module-damaged':
      return 'The WebAssembly module is damaged or cut off. Build it again.'
    case 'unknown-import':
      return 'The program imports something that CloudOS does not give to programs. It may import functions of "cloudos" only; docs/how-it-is/jobs.md lists them.'
    case 'imports-memory':
      return 'The program imports its memory. It must have and export its own.'
    case 'shared-memory':
      return 'The program wants shared memory. Build it without threads.'
    case 'no-memory':
      return 'The program has no memory. It must have one and export it as "memory".'
    case 'memories-many':
      return 'The program has more than one memory. Build it for one.'
    case 'memory-too-large':
      return `The program begins with more memory than its limit of ${String(memoryMiB)} MiB. Give it more.`
    case 'tables-too-large':
      return 'A table of the program has no maximum, or one over 65,536 elements. Build it with fixed tables.'
    case 'no-main':
      return 'The program exports neither "main" nor "_start", so there is nothing to run.'
  }
}
