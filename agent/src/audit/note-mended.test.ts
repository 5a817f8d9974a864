import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditNote } from './audit-log.ts'
import { noteMended } from './note-mended.ts'

test('what was put right on a copy is an entry of the agent itself in the audit chain, which stands for each object', () => {
  const notes: AuditNote[] = []
  const log = { write: async (note: AuditNote) => void notes.push(note) }
  noteMended(log, 'aa', 3)
  noteMended(log, 'bb', 1)
  assert.deepEqual(
    notes.map(({ actor, action, alike, decision }) => [actor, action, alike, decision]),
    [
      ['agent', 'storage.mend', 2, 'allowed'],
      ['agent', 'storage.mend', undefined, 'allowed'],
    ],
  )
  assert.notEqual(notes[0]?.target, notes[1]?.target)
})
