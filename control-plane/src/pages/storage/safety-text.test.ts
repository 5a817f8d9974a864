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
  assert.match(safetyText({ isSafe: false, domains: ['disk 1'] }, 'disk 1'), /not yet safe.*the disk of this device/)
  assert.match(safetyText({ isSafe: true, domains: ['disk 1', 'disk 2'] }, 'disk 1'), /and safe: 2.*another disk/)
  const media = [{ ...place('a', 'disk 1'), kind: 'device' as const }, place('b', 'disk 2'), place('c', 'disk 2')]
  const safety = { isSafe: true, domains: ['disk 1', 'disk 2'] }
  const [own, stick] = media
  assert.ok(own && stick)
  assert.match(leftText(stick, media, safety), /2 places/)
  assert.match(
    leftText(stick, [own, stick], safety),
    /lost together with the disk of this device: it is no longer safe/,
  )
})
