import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base58 } from '@scure/base'
import { idFromBytes } from '@cloudos/protocol/ids'
import { hexFromBytes, utf8 } from '@cloudos/protocol/bytes'
import { unlockMessage } from '@cloudos/protocol/unlock-message'
import { memoMessage, signatureIn, unsignedTransaction } from './memo-transaction.ts'

const KEY = new Uint8Array(32).fill(9)
const TEXT = unlockMessage(idFromBytes('ProfileId', new Uint8Array(16).fill(1)), new Uint8Array(16).fill(2))

test('the transaction is Solana’s, holds the text and nothing else, and no block has its blockhash', () => {
  const message = memoMessage(KEY, TEXT)
  const [signatures, unreadSigned, readOnly, keys] = message
  assert.deepEqual([signatures, unreadSigned, readOnly, keys], [1, 0, 1, 2])
  assert.deepEqual(message.subarray(4, 36), KEY)
  assert.equal(base58.encode(message.slice(36, 68)), 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr')
  assert.equal(hexFromBytes(message.subarray(68, 100)), '00'.repeat(32))
  assert.deepEqual([...message.subarray(100, 103)], [1, 1, 0])
  const [low = 0, high = 0] = message.subarray(103)
  assert.equal((low & 0x7f) | (high << 7), utf8(TEXT).length)
  assert.equal(new TextDecoder().decode(message.subarray(105)), TEXT)
  assert.deepEqual(memoMessage(KEY, TEXT), message)
  // What a packet of Solana's holds.
  assert.ok(unsignedTransaction(message).length <= 1232)
})

test('a signature is taken out of the very transaction only, to the last byte', () => {
  const message = memoMessage(KEY, TEXT)
  const signed = unsignedTransaction(message)
  signed.fill(7, 1, 65)
  assert.deepEqual(signatureIn(signed, message), new Uint8Array(64).fill(7))
  for (const wrong of [
    signed.with(0, 2),
    signed.with(signed.length - 1, 0),
    signed.with(80, 0),
    signed.subarray(0, -1),
    Uint8Array.of(...signed, 0),
    new Uint8Array(0),
  ])
    assert.equal(signatureIn(wrong, message), undefined)
})
