import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import { leftText, safetyText } from './safety-text.ts'

const place = (mediumId: string, failureDomain: string): MediumView => ({
  ...{ mediumId, failureDomain, where: '/stick', gen: 7, behind: 0 },
  kind: 'folder',
  credential: 'not-needed',
  state: 'kept',
})

test('saved and safe are told apart by what is lost together, and giving up a copy tells what is left', () => {
  assert.match(safetyText({ isSafe: false, domains: ['disk 1'] }), /not yet safe.*disk 1/)
  assert.match(safetyText({ isSafe: true, domains: ['disk 1', 'disk 2'] }), /and safe in 2 independent places: disk 1, disk 2/) // prettier-ignore
  const media = [{ ...place('a', 'disk 1'), kind: 'device' as const }, place('b', 'disk 2'), place('c', 'disk 2')]
  const safety = { isSafe: true, domains: ['disk 1', 'disk 2'] }
  const [own, stick] = media
  assert.ok(own && stick)
  assert.match(leftText(stick, media, safety), /2 independent places/)
  assert.match(leftText(stick, [own, stick], safety), /lost together with disk 1: it is no longer safe/)
})
