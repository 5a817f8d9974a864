import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renameDeviceCommand } from '@cloudos/protocol/device-commands'
import { runJobCommand } from '@cloudos/protocol/job-commands'
import { bytesFromJson } from '@cloudos/protocol/json-record'
import { COMMANDS } from '@cloudos/protocol/registry'
import { jsonFromDraft } from './draft.ts'

const DEVICE = '00112233445566778899aabbccddeeff'

test('what is filled in becomes the input of the command', () => {
  const json = jsonFromDraft(renameDeviceCommand.input.form, { deviceId: DEVICE, name: 'nas-attic' })
  assert.deepEqual(json, { deviceId: DEVICE, name: 'nas-attic' })
  assert.ok(bytesFromJson(renameDeviceCommand.input, json).ok)
})

test('what is left empty is left out, a choice without a word is its first, and lines are a list', () => {
  const json = jsonFromDraft(runJobCommand.input.form, {
    name: 'sample',
    args: 'one\ntwo\n',
    memoryMiB: '64',
    minTier: '',
  })
  assert.deepEqual(json, {
    name: 'sample',
    program: { kind: 'builtin', name: 'sample' },
    args: ['one', 'two'],
    memoryMiB: 64,
  })
  assert.ok(bytesFromJson(runJobCommand.input, json).ok)
})

test('a word where a number belongs is refused at its field', () => {
  const made = bytesFromJson(
    runJobCommand.input,
    jsonFromDraft(runJobCommand.input.form, { name: 'a', memoryMiB: 'much' }),
  )
  assert.ok(!made.ok)
  assert.equal(made.error.field, 'memoryMiB')
})

test('every command of the registry can be asked with an empty form without breaking: it fits, or a field is named', () => {
  for (const { name, input } of COMMANDS) {
    const made = bytesFromJson(input, jsonFromDraft(input.form, undefined))
    assert.ok(made.ok || made.error.message.length > 10, name)
  }
})
