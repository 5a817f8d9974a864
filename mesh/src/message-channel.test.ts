import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { Assembler } from './message-channel.ts'

function framed(messages: readonly Uint8Array[]): Uint8Array {
  const parts = messages.flatMap((message) => {
    const prefix = new Uint8Array(4)
    new DataView(prefix.buffer).setUint32(0, message.length)
    return [prefix, message]
  })
  return new Uint8Array(Buffer.concat(parts))
}

test('messages come out whole and alone however the stream was cut', () => {
  const dice = createDice(4)
  for (let round = 0; round < 200; round++) {
    const messages = Array.from({ length: 1 + dice.below(8) }, () => dice.bytes(dice.below(60)))
    const stream = framed(messages)
    const assembler = new Assembler(64)
    const got: Uint8Array[] = []
    for (let at = 0; at < stream.length;) {
      const end = Math.min(stream.length, at + 1 + dice.below(20))
      // Node hands out Buffers that it reuses: what was delivered must not change with them.
      const chunk = Buffer.from(stream.subarray(at, end))
      assert.ok(assembler.take(chunk, (message) => got.push(message)))
      chunk.fill(0xee)
      at = end
    }
    assert.deepEqual(got, messages)
  }
})

test('a length over the cap is refused as soon as it is read', () => {
  const assembler = new Assembler(64)
  assert.equal(
    assembler.take(Uint8Array.of(0, 0, 0, 65), () => assert.fail()),
    false,
  )
  assert.equal(
    new Assembler(64).take(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1, 2), () => assert.fail()),
    false,
  )
})
