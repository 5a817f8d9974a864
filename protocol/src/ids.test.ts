import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareBytes, findBytesFromHex, hexFromBytes } from './bytes.ts'
import { bytesFromId, chainKey, deviceOfChain, findId, idFromBytes, incarnationOfChain } from './ids.ts'
import { createRandom } from './testing/random.ts'
import { sampleBytes, sampleId } from './testing/samples.ts'

test('hex has one spelling', () => {
  assert.deepEqual(findBytesFromHex('00ff10'), Uint8Array.of(0, 255, 16))
  assert.deepEqual(findBytesFromHex(''), new Uint8Array(0))
  for (const text of ['0', 'FF', '0g', ' 0', '0x', '-1', '１１', '00\n'])
    assert.equal(findBytesFromHex(text), undefined, text)
})

test('hex sorts as its bytes do', () => {
  const random = createRandom(3)
  for (let round = 0; round < 1000; round++) {
    const [a, b] = [random.bytes(4), random.bytes(4)]
    assert.equal(hexFromBytes(a) < hexFromBytes(b), compareBytes(a, b) < 0)
  }
})

test('an id is exactly the hex of its bytes', () => {
  const bytes = sampleBytes(16, 0xf5)
  const deviceId = idFromBytes('DeviceId', bytes)
  assert.deepEqual(bytesFromId(deviceId), bytes)
  assert.equal(findId('DeviceId', deviceId), deviceId)
  for (const other of [deviceId.toUpperCase(), deviceId + '00', deviceId.slice(2), bytes, 7, undefined]) {
    assert.equal(findId('DeviceId', other), undefined)
  }
  assert.throws(() => idFromBytes('Hash', bytes), RangeError)
})

test('a chain names its device and incarnation', () => {
  const [device, incarnation] = [sampleId('DeviceId', 1), sampleId('Incarnation', 9)]
  const chain = chainKey(device, incarnation)
  assert.equal(deviceOfChain(chain), device)
  assert.equal(incarnationOfChain(chain), incarnation)
})
