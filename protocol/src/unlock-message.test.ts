import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleBytes, sampleId } from './testing/samples.ts'
import { unlockMessage } from './unlock-message.ts'

test('the text is this one for ever: a changed character locks people out', () => {
  assert.equal(
    unlockMessage(sampleId('ProfileId', 0x01), sampleBytes(16, 0xf0)),
    [
      'CloudOS unlock v1',
      '',
      'Anyone holding this signature AND a copy of my storage can read my profile. Sign it only in CloudOS.',
      'profile: aebagbafaydqqcikbmga2dqpca',
      'nonce: 6dy7f47u6x3pp6hz7l57z7p674',
    ].join('\n'),
  )
})

test('a nonce of another length is a bug', () => {
  assert.throws(() => unlockMessage(sampleId('ProfileId', 0x01), sampleBytes(15, 0)), RangeError)
})
