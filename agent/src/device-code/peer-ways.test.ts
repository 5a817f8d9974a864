import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { Settings } from '../journal/settings.ts'
import { createPeerWays } from './peer-ways.ts'

test('which ways in a device has said to keep is known over a restart, and what rotted is passed over', () => {
  const kept = new Map<string, string>()
  const settings: Settings = { find: (name) => kept.get(name), set: (name, value) => void kept.set(name, value) }
  const [one, two] = [1, 2].map((byte) => idFromBytes('DeviceId', new Uint8Array(16).fill(byte)))
  const ways = idFromBytes('Hash', new Uint8Array(32).fill(7))
  assert.ok(one && two)
  const before = createPeerWays(settings)
  before.note(one, ways)
  before.note(two, ways)
  before.note(two, undefined)
  kept.set('peer-ways', `rot\n${kept.get('peer-ways') ?? ''}\n${two} nothing`)
  const after = createPeerWays(settings)
  assert.deepEqual([after.find(one), after.find(two)], [ways, undefined])
})
