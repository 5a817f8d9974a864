import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashFor } from '@cloudos/crypto/hash'
import { approvalRequest } from '@cloudos/protocol/approval-commands'
import { editDocumentCommand } from '@cloudos/protocol/commands'
import { findId, idFromBytes } from '@cloudos/protocol/ids'
import { encodeRecord } from '@cloudos/protocol/record'
import { exactAction, plainText } from './exact-text.ts'

const params = encodeRecord(editDocumentCommand.input, { document: 'notes', at: 0, remove: 0, insert: 'a\u202eb' })
const request = encodeRecord(approvalRequest, {
  executor: findId('DeviceId', 'a'.repeat(32)) ?? assert.fail(),
  asker: 'owner',
  command: 'document.edit',
  params,
  expiresAtMs: 1,
  nonce: new Uint8Array(16),
})
const hash = idFromBytes('Hash', hashFor('approval', request))

test('an approval shows the exact parameters, with nothing hidden in them, and only when the hash is theirs', () => {
  const shown = exactAction({ approvalId: '0'.repeat(32), request, hash })
  assert.match(shown?.payload ?? '', /"insert": "a\\u\{202e\}b"/)
  assert.match(shown?.says ?? '', /^Change the text/)
  const another = findId('Hash', 'f'.repeat(64)) ?? assert.fail()
  assert.equal(exactAction({ approvalId: '0'.repeat(32), request, hash: another }), undefined)
})

test('control, direction, tag and joining characters are shown by their number, and words stay as they are', () => {
  assert.equal(plainText('Grüße, 世界\n'), 'Grüße, 世界\n')
  assert.equal(plainText('a\u200bb\u{e0041}\u0007\u00a0'), 'a\\u{200b}b\\u{e0041}\\u{7}\\u{a0}')
})
