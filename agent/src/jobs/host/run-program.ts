import { createImports, Stop } from './imports.ts'
import type { Surrounding } from './imports.ts'
import type { Trap } from './pack.ts'

export type Ending = { readonly exitCode: number } | { readonly trap: Trap; readonly says: string }

/** Compiles and runs the program to its end. */
export function runProgram(module: Uint8Array<ArrayBuffer>, surrounding: Omit<Surrounding, 'memory'>): Ending {
  let memory: WebAssembly.Memory | undefined
  const imports = createImports({
    ...surrounding,
    memory: () => new Uint8Array(memory?.buffer ?? new ArrayBuffer(0)),
  })
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module), { cloudos: imports })
    if (exports['memory'] instanceof WebAssembly.Memory) memory = exports['memory']
    const main = exports['main'] ?? exports['_start']
    const code: unknown = typeof main === 'function' ? Reflect.apply(main, undefined, []) : undefined
    return { exitCode: typeof code === 'number' ? code : 0 }
  } catch (cause) {
    return endingFrom(cause)
  }
}

function endingFrom(cause: unknown): Ending {
  if (cause instanceof Stop) {
    return cause.trap === undefined ? { exitCode: cause.exitCode } : { trap: cause.trap, says: '' }
  }
  const says = cause instanceof Error ? cause.message.slice(0, 200) : ''
  if (cause instanceof WebAssembly.CompileError || cause instanceof WebAssembly.LinkError)
    return { trap: 'invalid', says }
  // V8 says by these two that the stack, or the memory for an instance, is at its end.
  if (cause instanceof RangeError) return { trap: /stack/i.test(says) ? 'stack' : 'memory', says }
  return { trap: 'trap', says }
}
