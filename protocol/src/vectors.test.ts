import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { findBytesFromHex } from './bytes.ts'
import { FORMATS } from './testing/formats.ts'
import type { FormatName } from './testing/formats.ts'
import { VECTOR_FOLDER, vectorFiles } from './testing/vector-file.ts'
import { jsonFrom } from './testing/vector.ts'

interface VectorFile {
  readonly format: FormatName
  readonly good: readonly { readonly name: string; readonly bytes: string; readonly value: unknown }[]
  readonly bad: readonly {
    readonly name: string
    readonly refusal: string
    readonly bytes?: string
    readonly zeros?: number
  }[]
}

for (const file of readdirSync(VECTOR_FOLDER)) {
  const { format, good, bad } = JSON.parse(readFileSync(join(VECTOR_FOLDER, file), 'utf8')) as VectorFile
  const { reencode } = FORMATS[format]

  for (const { name, bytes, value } of good) {
    test(`${format}: ${name} is read, and written again byte for byte`, () => {
      const input = findBytesFromHex(bytes)
      assert.ok(input)
      const outcome = reencode(input)
      assert.ok(outcome.ok)
      assert.deepEqual(jsonFrom(outcome.value.value), value)
      assert.deepEqual(outcome.value.encoded, input)
    })
  }

  for (const { name, refusal, bytes = '', zeros } of bad) {
    test(`${format}: ${name} is refused as ${refusal}`, () => {
      const input = zeros === undefined ? findBytesFromHex(bytes) : new Uint8Array(zeros)
      assert.ok(input)
      assert.deepEqual(reencode(input), { ok: false, error: refusal })
    })
  }
}

test('the vectors are those that make-vectors writes, one file for each format', () => {
  const expected = vectorFiles()
  assert.deepEqual(readdirSync(VECTOR_FOLDER).sort(), [...expected.keys()].sort())
  for (const [file, text] of expected) assert.equal(readFileSync(join(VECTOR_FOLDER, file), 'utf8'), text)
})
