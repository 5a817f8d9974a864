import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { deriveHardened, parsePhrase, recoverySeedFrom, walletSeedFrom, wordsFromPhrase } from './phrase.ts'
import { createSigner } from './signature.ts'
import { createDice } from './testing/seeded.ts'
import { bytesOf } from './testing/vectors.ts'

const ZERO = new Uint8Array(32)
const ART = 'abandon '.repeat(23) + 'art'

test('the published phrases of BIP-39 come out, and back', () => {
  const published = [
    ['00', ART],
    ['80', 'letter advice cage absurd amount doctor acoustic avoid letter advice cage absurd amount doctor acoustic avoid letter advice cage absurd amount doctor acoustic bless'],
    ['7f', 'legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth title'],
    ['ff', 'zoo '.repeat(23) + 'vote'],
  ] as const // prettier-ignore
  for (const [byte, words] of published) {
    assert.equal(wordsFromPhrase(bytesOf(byte.repeat(32))).join(' '), words)
    assert.deepEqual(parsePhrase(words), { ok: true, value: bytesOf(byte.repeat(32)) })
  }
})

test('a phrase is read as people type it', () => {
  const dice = createDice(31)
  for (let i = 0; i < 50; i++) {
    const entropy = dice.bytes(32)
    const typed = wordsFromPhrase(entropy)
      .map((word) => (dice.below(2) === 0 ? word : word.toUpperCase()))
      .join(dice.pick([' ', '\n', ' \t ']))
    assert.deepEqual(parsePhrase(` ${typed}\n`), { ok: true, value: entropy })
  }
})

test('what is wrong with a phrase is told apart', () => {
  assert.deepEqual(parsePhrase(''), { ok: false, error: { kind: 'wrong-count', words: 0 } })
  assert.deepEqual(parsePhrase('abandon '.repeat(11) + 'about'), {
    ok: false,
    error: { kind: 'wrong-count', words: 12 },
  })
  assert.deepEqual(parsePhrase(ART.replace('abandon ', 'abandom ')), {
    ok: false,
    error: { kind: 'unknown-word', at: 0 },
  })
  assert.deepEqual(parsePhrase('abandon '.repeat(23) + 'abandon'), { ok: false, error: { kind: 'bad-checksum' } })
  assert.deepEqual(parsePhrase('art ' + 'abandon '.repeat(23)), { ok: false, error: { kind: 'bad-checksum' } })
})

test('the derivation is that of SLIP-0010', () => {
  const seed = bytesOf('000102030405060708090a0b0c0d0e0f')
  const published = [
    [[], '2b4be7f19ee27bbf30c667b642d5f4aa69fd169872f8fc3059c08ebae2eb19e7'],
    [[0], '68e0fe46dfb67e368c75379acec591dad19df3cde26e63b93a8e704f1dade7a3'],
    [[0, 1], 'b1d0bad404bf35da785a64ca1ac54b2617211d2777696fbffaf208f746ae84f2'],
    [[0, 1, 2, 2, 1_000_000_000], '8f94d394a8e8fd6b1bc2f3f49f5c47e385281d5c17e65324b0f62483e37e8793'],
  ] as const
  for (const [path, key] of published) assert.equal(hexFromBytes(deriveHardened(seed, path)), key)
})

test('the recovery key, the wallet and the phrase itself share no bytes', async () => {
  const seeds = [ZERO, recoverySeedFrom(ZERO), await walletSeedFrom(ZERO)].map(hexFromBytes)
  assert.equal(new Set(seeds).size, 3)
  assert.notDeepEqual(
    createSigner(recoverySeedFrom(ZERO)).publicKey,
    createSigner(await walletSeedFrom(ZERO)).publicKey,
  )
})
