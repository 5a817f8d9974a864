import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeRecord } from '@cloudos/protocol/record'
import { addStorageCommand, removeStorageCommand } from '@cloudos/protocol/storage-commands'
import { nodeClock } from '../node-ports.ts'
import { AuditDesk } from './audit-desk.ts'
import type { AuditNote } from './audit-log.ts'

test('what holds a secret leaves no hash to try passwords against', async () => {
  const notes: AuditNote[] = []
  const desk = new AuditDesk({ write: (note) => Promise.resolve(void notes.push(note)) }, nodeClock)
  const common = { caller: { kind: 'owner' }, decision: { allow: true } } as const
  const place = { kind: 'webdav', where: 'https://cloud.example.org', account: 'robin', secret: '1234' } as const
  await desk.effect({ ...common, command: addStorageCommand, params: encodeRecord(addStorageCommand.input, place) })
  const named = { mediumId: 'ab' }
  await desk.effect({
    ...common,
    command: removeStorageCommand,
    params: encodeRecord(removeStorageCommand.input, named),
  })
  assert.deepEqual(
    notes.map(({ target }) => target !== undefined),
    [false, true],
  )
})
