import { concatBytes } from '@cloudos/protocol/bytes'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import { WasmCursor, wasmUint } from './wasm-bytes.ts'

/** Why a module is not run. Nothing of it has been compiled when this is said. */
export type ModuleRefusal =
  | 'module-too-large'
  | 'not-wasm'
  | 'module-damaged'
  | 'unknown-import'
  | 'imports-memory'
  | 'shared-memory'
  | 'no-memory'
  | 'memories-many'
  | 'memory-too-large'
  | 'tables-too-large'
  | 'no-main'

export interface ModuleBounds {
  readonly memoryMiB: number
  readonly maxBytes: number
  /** Function names under the module `cloudos`; nothing else may be imported. */
  readonly imports: ReadonlySet<string>
}

export const PAGE_BYTES = 64 * 1024
/** Elements of all tables together: each takes memory of the process that no module's maximum counts. */
const TABLE_MAX = 65_536
const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

const SECTION = { import: 2, table: 4, memory: 5, export: 7 } as const
const KIND_FUNCTION = 0
const KIND_MEMORY = 2

interface Section {
  readonly id: number
  readonly body: Uint8Array
}

/**
 * The module with its memory's maximum at most what is allowed, so that the engine itself holds it. Linear in the module's size. The
 * engine's own validation comes after, in the process that runs it.
 */
export function fitModule(bytes: Uint8Array, bounds: ModuleBounds): Result<Uint8Array, ModuleRefusal> {
  if (bytes.length > bounds.maxBytes) return err('module-too-large')
  if (MAGIC.some((byte, index) => bytes[index] !== byte)) return err('not-wasm')
  const sections = readSections(bytes)
  if (sections === undefined) return err('module-damaged')
  const refusal = checkImports(sections, bounds.imports) ?? checkTables(sections) ?? checkExports(sections)
  if (refusal !== undefined) return err(refusal)
  const memory = fitMemory(sections, (bounds.memoryMiB * 1024 * 1024) / PAGE_BYTES)
  if (!memory.ok) return memory
  const fitted = sections.map((section) => (section.id === SECTION.memory ? memory.value : section))
  return ok(concatBytes(Uint8Array.from(MAGIC), ...fitted.map(encodeSection)))
}

function readSections(bytes: Uint8Array): readonly Section[] | undefined {
  const cursor = new WasmCursor(bytes, MAGIC.length)
  const sections: Section[] = []
  while (!cursor.isAtEnd) {
    const id = cursor.byte()
    const body = cursor.take(cursor.uint())
    if (id === undefined || body === undefined) return undefined
    // Only sections of notes (0) may stand twice: what we have not looked at must not reach the engine.
    if (id !== 0 && sections.some((section) => section.id === id)) return undefined
    sections.push({ id, body })
  }
  return sections
}

function encodeSection({ id, body }: Section): Uint8Array {
  return concatBytes(Uint8Array.of(id, ...wasmUint(body.length)), body)
}

/** Both spellings of what a program begins with. Only their presence: the engine checks what they are. */
const ENTRIES: readonly (string | undefined)[] = ['main', '_start']

function checkExports(sections: readonly Section[]): ModuleRefusal | undefined {
  const cursor = cursorOf(sections, SECTION.export)
  if (cursor === undefined) return 'no-main'
  const count = cursor.uint()
  if (count === undefined) return 'module-damaged'
  for (let index = 0; index < count; index++) {
    const name = cursor.name()
    const kind = cursor.byte()
    if (name === undefined || kind === undefined || cursor.uint() === undefined) return 'module-damaged'
    if (kind === KIND_FUNCTION && ENTRIES.includes(name)) return undefined
  }
  return 'no-main'
}

function checkImports(sections: readonly Section[], allowed: ReadonlySet<string>): ModuleRefusal | undefined {
  const cursor = cursorOf(sections, SECTION.import)
  if (cursor === undefined) return undefined
  const count = cursor.uint()
  if (count === undefined) return 'module-damaged'
  for (let index = 0; index < count; index++) {
    const room = cursor.name()
    const name = cursor.name()
    const kind = cursor.byte()
    if (room === undefined || name === undefined || kind === undefined) return 'module-damaged'
    if (kind === KIND_MEMORY) return 'imports-memory'
    // Checked before the kind's own description is read: what comes after an import that is refused does not matter.
    if (kind !== KIND_FUNCTION || room !== 'cloudos' || !allowed.has(name)) return 'unknown-import'
    if (cursor.uint() === undefined) return 'module-damaged'
  }
  return cursor.isAtEnd ? undefined : 'module-damaged'
}

/** Flags of a memory: 1 has a maximum, 2 shared, 4 with 64-bit addresses, 8 with pages of another size. */
function fitMemory(sections: readonly Section[], maxPages: number): Result<Section, ModuleRefusal> {
  const cursor = cursorOf(sections, SECTION.memory)
  if (cursor === undefined) return err('no-memory')
  const count = cursor.uint()
  if (count === 0) return err('no-memory')
  if (count !== undefined && count > 1) return err('memories-many')
  const flags = cursor.byte()
  const min = cursor.uint()
  if (flags === undefined || min === undefined) return err('module-damaged')
  if ((flags & 2) !== 0) return err('shared-memory')
  if (flags > 1) return err('memory-too-large')
  const max = flags === 1 ? cursor.uint() : maxPages
  if (max === undefined || !cursor.isAtEnd) return err('module-damaged')
  if (min > maxPages) return err('memory-too-large')
  const body = [1, 1, ...wasmUint(min), ...wasmUint(Math.min(max, maxPages))]
  return ok({ id: SECTION.memory, body: Uint8Array.from(body) })
}

/**
 * A table without a maximum could grow to ten million elements: one that says none, or too many, is refused. Only tables of plain
 * function and host references, as compilers write them; a table with an initial expression is not one of those.
 */
function checkTables(sections: readonly Section[]): ModuleRefusal | undefined {
  const cursor = cursorOf(sections, SECTION.table)
  if (cursor === undefined) return undefined
  const count = cursor.uint()
  if (count === undefined) return 'module-damaged'
  let elements = 0
  for (let index = 0; index < count; index++) {
    const type = cursor.byte()
    const flags = cursor.byte()
    const min = cursor.uint()
    if (type === undefined || flags === undefined || min === undefined) return 'module-damaged'
    if ((type !== 0x70 && type !== 0x6f) || flags > 1) return 'tables-too-large'
    const max = flags === 1 ? cursor.uint() : Infinity
    if (max === undefined) return 'module-damaged'
    elements += max
  }
  if (!cursor.isAtEnd) return 'module-damaged'
  return elements > TABLE_MAX ? 'tables-too-large' : undefined
}

function cursorOf(sections: readonly Section[], id: number): WasmCursor | undefined {
  const found = sections.find((section) => section.id === id)
  return found === undefined ? undefined : new WasmCursor(found.body)
}
