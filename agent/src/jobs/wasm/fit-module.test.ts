import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concatBytes } from '@cloudos/protocol/bytes'
import { createRandom } from '@cloudos/protocol/testing/random'
import { buildSample } from '../sample/sample.ts'
import { buildModule, code } from './build-module.ts'
import type { ModuleSource } from './build-module.ts'
import { fitModule } from './fit-module.ts'

const BOUNDS = { memoryMiB: 1, maxBytes: 1024 * 1024, imports: new Set(['stdout_write', 'arg_read']) }
const MAIN = { params: 0, results: 1, locals: 0, body: code.number(0), exportAs: 'main' } as const

function moduleOf(more: Partial<ModuleSource>): Uint8Array {
  return buildModule({ imports: [], functions: [MAIN], memory: { minPages: 1 }, data: [], ...more })
}

/** What a module of only these sections is refused for. */
function refusalOf(bytes: Uint8Array): string | undefined {
  const fitted = fitModule(bytes, BOUNDS)
  return fitted.ok ? undefined : fitted.error
}

function memoryOf(module: Uint8Array): WebAssembly.Memory {
  const fitted = fitModule(module, BOUNDS)
  assert.ok(fitted.ok)
  const { memory } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(fitted.value))).exports
  assert.ok(memory instanceof WebAssembly.Memory)
  return memory
}

test('a memory without a maximum, or with one too large, gets the one that is allowed, and a smaller one is kept', () => {
  for (const [memory, pages] of [
    [{ minPages: 1 }, 16],
    [{ minPages: 1, maxPages: 60_000 }, 16],
    [{ minPages: 1, maxPages: 3 }, 3],
  ] as const) {
    const grown = memoryOf(moduleOf({ memory }))
    grown.grow(pages - 1)
    assert.throws(() => grown.grow(1), RangeError)
  }
})

test('each thing that a module may not have is refused by its name', () => {
  const header = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)
  const withSection = (id: number, ...body: readonly number[]): Uint8Array =>
    concatBytes(
      header,
      Uint8Array.of(id, body.length, ...body),
      Uint8Array.of(7, 8, 1, 4, 0x6d, 0x61, 0x69, 0x6e, 0, 0),
    )
  const imported = (...kind: readonly number[]): Uint8Array =>
    withSection(2, 1, 7, 0x63, 0x6c, 0x6f, 0x75, 0x64, 0x6f, 0x73, 1, 0x6d, ...kind)
  const table = (...limits: readonly number[]): Uint8Array => withSection(4, 1, ...limits)
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ['not-wasm', new Uint8Array()],
    ['not-wasm', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 1, 0, 0, 0)],
    ['no-main', header],
    ['module-too-large', new Uint8Array(BOUNDS.maxBytes + 1)],
    ['imports-memory', imported(2, 0, 1)],
    ['imports-memory', imported(2, 3, 1, 1)],
    ['unknown-import', imported(0, 0)],
    ['unknown-import', imported(3, 0x7f, 0)],
    ['unknown-import', moduleOf({ imports: [{ name: 'fd_write', params: 4, results: 1 }] })],
    ['no-memory', withSection(5, 0)],
    ['memories-many', withSection(5, 2, 0, 1, 0, 1)],
    ['shared-memory', withSection(5, 1, 3, 1, 1)],
    ['memory-too-large', withSection(5, 1, 4, 1)],
    ['memory-too-large', moduleOf({ memory: { minPages: 17 } })],
    ['tables-too-large', table(0x70, 0, 1)],
    ['tables-too-large', table(0x70, 1, 1, 0xff, 0xff, 0xff, 0x7f)],
    ['tables-too-large', table(0x63, 0x70, 0, 1)],
    ['module-damaged', concatBytes(withSection(5, 1, 0, 1), Uint8Array.of(5, 3, 1, 0, 1))],
    ['module-damaged', withSection(5, 1, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01)],
  ]
  for (const [refusal, bytes] of cases) assert.equal(refusalOf(bytes), refusal)
})

/** Either it is refused, by us or by the engine, or it is held to the bounds and fitting it again changes nothing. */
function checkHeld(bytes: Uint8Array): void {
  const fitted = fitModule(bytes, BOUNDS)
  if (!fitted.ok || !WebAssembly.validate(new Uint8Array(fitted.value))) return
  const again = fitModule(fitted.value, BOUNDS)
  assert.deepEqual(again.ok && again.value, fitted.value)
}

test('a module that is cut off anywhere, or has a byte changed, is refused or still held to its maximum', () => {
  const sample = buildSample()
  for (let length = 0; length < sample.length; length++) checkHeld(sample.subarray(0, length))
  const random = createRandom(7)
  for (let round = 0; round < 20_000; round++) {
    const bytes = sample.slice()
    bytes[random.below(bytes.length)] = random.below(256)
    checkHeld(bytes)
  }
})
