import { concatBytes, utf8 } from '@cloudos/protocol/bytes'
import { wasmUint } from './wasm-bytes.ts'

/** A function over 32-bit integers. `body` is made of `code`. */
export interface FunctionSource {
  readonly params: number
  readonly results: 0 | 1
  readonly locals: number
  readonly body: readonly number[]
  readonly exportAs?: string
}

export interface ModuleSource {
  /** Names under `cloudos`; these functions come first in the count. */
  readonly imports: readonly { readonly name: string; readonly params: number; readonly results: 0 | 1 }[]
  readonly functions: readonly FunctionSource[]
  readonly memory: { readonly minPages: number; readonly maxPages?: number }
  readonly data: readonly { readonly at: number; readonly bytes: Uint8Array }[]
}

const I32 = 0x7f
const END = 0x0b
const NO_VALUE = 0x40

/** WebAssembly from a description, for the programs that come with CloudOS: a compiler for them would be larger than they are. */
export function buildModule({ imports, functions, memory, data }: ModuleSource): Uint8Array {
  const types = [...imports, ...functions].map(({ params, results }) => [
    0x60,
    ...vector(Array.from({ length: params }, () => [I32])),
    ...vector(Array.from({ length: results }, () => [I32])),
  ])
  const limits = memory.maxPages === undefined ? [0] : [1]
  const pages = [memory.minPages, ...(memory.maxPages === undefined ? [] : [memory.maxPages])]
  const exported = functions.flatMap(({ exportAs }, index) =>
    exportAs === undefined ? [] : [[...text(exportAs), 0, ...wasmUint(imports.length + index)]],
  )
  return concatBytes(
    Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
    section(1, vector(types)),
    section(2, vector(imports.map(({ name }, index) => [...text('cloudos'), ...text(name), 0, ...wasmUint(index)]))),
    section(3, vector(functions.map((_function, index) => wasmUint(imports.length + index)))),
    section(5, vector([[...limits, ...pages.flatMap((count) => wasmUint(count))]])),
    section(7, vector([...exported, [...text('memory'), 2, 0]])),
    section(10, vector(functions.map(encodeFunction))),
    section(11, vector(data.map(({ at, bytes }) => [0, ...code.number(at), END, ...wasmUint(bytes.length), ...bytes]))),
  )
}

/** The instructions, by what they do. */
export const code = {
  number: (value: number) => [0x41, ...signed(value)],
  get: (local: number) => [0x20, ...wasmUint(local)],
  set: (local: number) => [0x21, ...wasmUint(local)],
  call: (index: number) => [0x10, ...wasmUint(index)],
  drop: [0x1a],
  /** Goes on after the loop when the body ends, and begins again on `again`. */
  loop: (...body: readonly (readonly number[])[]) => [0x03, NO_VALUE, ...body.flat(), END],
  /** Begins the innermost loop but `outside` ones again when what is on the stack is not 0. */
  againIf: (outside = 0) => [0x0d, outside],
  again: (outside = 0) => [0x0c, outside],
  when: (...body: readonly (readonly number[])[]) => [0x04, NO_VALUE, ...body.flat(), END],
  give: [0x0f],
  trap: [0x00],
  readByte: [0x2d, 0, 0],
  writeByte: [0x3a, 0, 0],
  growMemory: [0x40, 0],
  isZero: [0x45],
  isEqual: [0x46],
  isLess: [0x49],
  isGreater: [0x4b],
  isAtMost: [0x4d],
  add: [0x6a],
  subtract: [0x6b],
  multiply: [0x6c],
  divide: [0x6e],
  remainder: [0x70],
} as const

function encodeFunction({ locals, body }: FunctionSource): readonly number[] {
  const declared = locals === 0 ? [0] : [1, ...wasmUint(locals), I32]
  const whole = [...declared, ...body, END]
  return [...wasmUint(whole.length), ...whole]
}

function section(id: number, body: readonly number[]): Uint8Array {
  return Uint8Array.from([id, ...wasmUint(body.length), ...body])
}

function vector(items: readonly (readonly number[])[]): readonly number[] {
  return [...wasmUint(items.length), ...items.flat()]
}

function text(value: string): readonly number[] {
  const bytes = utf8(value)
  return [...wasmUint(bytes.length), ...bytes]
}

function signed(value: number): readonly number[] {
  const low = value & 0x7f
  const rest = value >> 7
  const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)
  return isLast ? [low] : [low | 0x80, ...signed(rest)]
}
