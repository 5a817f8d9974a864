import assert from 'node:assert/strict'
import { argon2Sync } from 'node:crypto'
import { test } from 'node:test'
import { createPassphraseCost, stretchPassphrase } from './passphrase.ts'
import { createDice } from './testing/seeded.ts'

const dice = createDice(51)

test('a passphrase is stretched by Argon2id as OpenSSL computes it', async () => {
  for (const cost of [
    { memoryKiB: 8192, passes: 1, lanes: 1 },
    { memoryKiB: 9000, passes: 3, lanes: 2 },
  ]) {
    const salt = dice.bytes(16)
    const { memoryKiB: memory, passes, lanes: parallelism } = cost
    const twin = argon2Sync('argon2id', { message: 'påss', nonce: salt, memory, passes, parallelism, tagLength: 32 })
    assert.deepEqual(await stretchPassphrase('påss', { ...cost, salt }), new Uint8Array(twin))
  }
})

test('spellings of one passphrase are one, and an empty one is a bug', async () => {
  const cost = { memoryKiB: 8192, passes: 1, lanes: 1, salt: dice.bytes(16) }
  assert.deepEqual(await stretchPassphrase('pa\u030ass', cost), await stretchPassphrase('p\u00e5ss', cost))
  await assert.rejects(stretchPassphrase('', cost), RangeError)
})

test('a new slot asks for 64 MiB and three passes, with a salt of its own', () => {
  const [one, two] = [createPassphraseCost(dice), createPassphraseCost(dice)]
  assert.deepEqual({ ...one, salt: 0 }, { memoryKiB: 65_536, passes: 3, lanes: 1, salt: 0 })
  assert.notDeepEqual(one.salt, two.salt)
})
