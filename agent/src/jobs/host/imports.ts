import { createHash } from 'node:crypto'
import { SAID, SAID_MAX_BYTES } from './pack.ts'
import type { Trap } from './pack.ts'

/** Everything a program can reach: bytes it was given, and a way to write, counted. */
export interface Surrounding {
  readonly args: readonly Uint8Array[]
  readonly inputs: readonly { readonly name: string; readonly bytes: Uint8Array }[]
  readonly seed: Uint8Array
  readonly outputBytes: number
  readonly files: number
  readonly say: (kind: number, body: Uint8Array) => void
  readonly memory: () => Uint8Array
}

/** Ends the program from inside one of its calls. */
export class Stop extends Error {
  readonly trap: Trap | undefined
  readonly exitCode: number

  constructor(trap: Trap | undefined, exitCode = 0) {
    super(trap ?? 'exit')
    this.trap = trap
    this.exitCode = exitCode
  }
}

const NONE = -1

export type ProgramImports = Readonly<
  Record<(typeof IMPORT_NAMES)[number], (...given: number[]) => number | bigint | void>
>

/** The whole interface of a program, under the module name `cloudos`. Every number is an i32 but `clock_ms`, which gives an i64. */
export const IMPORT_NAMES = [
  'arg_count', 'arg_size', 'arg_read', 'stdin_read', 'stdout_write', 'stderr_write', 'clock_ms', 'random_read', 'input_find', 'input_size',
  'input_read', 'output_open', 'output_write', 'exit',
] as const // prettier-ignore

/** `…_read` answers how many bytes it copied; what does not exist is -1. A pointer outside the memory ends the program. */
export function createImports(surrounding: Surrounding): ProgramImports {
  const { args, inputs, seed, say } = surrounding
  const stdin = inputs.find(({ name }) => name === 'stdin')?.bytes ?? new Uint8Array()
  let readBytes = 0
  let writtenBytes = 0
  let files = 0
  let clockMs = 0n
  let drawn = 0

  const view = (pointer: number, length: number): Uint8Array => {
    const memory = surrounding.memory()
    const from = pointer >>> 0
    const size = length >>> 0
    if (from + size > memory.length) throw new Stop('pointer')
    return memory.subarray(from, from + size)
  }
  const copy = (source: Uint8Array | undefined, offset: number, pointer: number, room: number): number => {
    if (source === undefined) return NONE
    const piece = source.subarray(offset >>> 0, (offset >>> 0) + (room >>> 0))
    view(pointer, piece.length).set(piece)
    return piece.length
  }
  const count = (bytes: number): void => {
    writtenBytes += bytes
    if (writtenBytes > surrounding.outputBytes) throw new Stop('output')
  }
  const write = (kind: number, head: readonly number[], pointer: number, length: number): number => {
    const bytes = view(pointer, length)
    count(bytes.length)
    for (let at = 0; at < bytes.length; at += SAID_MAX_BYTES)
      say(kind, Uint8Array.from([...head, ...bytes.subarray(at, at + SAID_MAX_BYTES)]))
    return bytes.length
  }
  return {
    arg_count: () => args.length,
    arg_size: (index = 0) => args[index]?.length ?? NONE,
    arg_read: (index = 0, pointer = 0, room = 0) => copy(args[index], 0, pointer, room),
    stdin_read: (pointer = 0, room = 0) => {
      const copied = copy(stdin, readBytes, pointer, room)
      readBytes += copied
      return copied
    },
    stdout_write: (pointer = 0, length = 0) => write(SAID.out, [], pointer, length),
    stderr_write: (pointer = 0, length = 0) => write(SAID.err, [], pointer, length),
    // A millisecond for each look: the same on every machine, and of no use for timing anything.
    clock_ms: () => clockMs++,
    random_read: (pointer = 0, length = 0) => {
      const bytes = view(pointer, length)
      for (let at = 0; at < bytes.length; at += 32) {
        const block = createHash('sha256').update(seed).update(String(drawn++)).digest()
        bytes.set(block.subarray(0, bytes.length - at), at)
      }
      return bytes.length
    },
    input_find: (pointer = 0, length = 0) => {
      const wanted = new TextDecoder().decode(view(pointer, length))
      return inputs.findIndex(({ name }) => name === wanted)
    },
    input_size: (index = 0) => inputs[index]?.bytes.length ?? NONE,
    input_read: (index = 0, offset = 0, pointer = 0, room = 0) => copy(inputs[index]?.bytes, offset, pointer, room),
    output_open: (pointer = 0, length = 0) => {
      if (files >= surrounding.files) throw new Stop('files')
      const name = view(pointer, Math.min(length >>> 0, 1024))
      count(name.length)
      say(SAID.file, name)
      return files++
    },
    output_write: (index = 0, pointer = 0, length = 0) => {
      if (index < 0 || index >= files) return NONE
      return write(SAID.fileBytes, [index], pointer, length)
    },
    exit: (code = 0) => {
      throw new Stop(undefined, code)
    },
  }
}
