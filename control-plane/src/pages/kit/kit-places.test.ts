import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { DeviceView } from '../../profile/status.ts'
import { KIT_MAX_BYTES, placesInKit } from './kit-places.ts'
import { kitPlaces, partBText } from './kit-text.ts'

const NAS: DeviceView = {
  deviceId: idFromBytes('DeviceId', new Uint8Array(16)),
  name: 'at     kind   nas',
  class: 'agent',
  presence: 'online',
  certificateBeginsMs: 0,
  certificateEndsMs: 1,
  signPublicKey: '',
  boxPublicKey: '',
  peerId: '12D3',
}

const PLACES = [
  { kind: 'folder', where: '/media/my stick/cloudos' },
  { kind: 'webdav', where: 'https://nas.example/dav/cloudos/', account: 'robin' },
  { kind: 's3', where: 'https://s3.example/bucket/?region=eu', account: 'AKID' },
  { kind: 'github', where: 'robin/copies' },
  {
    kind: 'drive',
    where: 'drive:123456789012-abcdefghijklmnop.apps.googleusercontent.com',
    account: 'robin@example.org',
  },
] as const

function kitOf(places: readonly Pick<MediumView, 'kind' | 'where' | 'account'>[]): string {
  const media = places.map((place): MediumView => ({
    ...{ mediumId: place.kind, credential: 'not-needed', gen: 1, behind: 0, state: 'kept', failureDomain: 'a' },
    ...place,
  }))
  const kit = kitPlaces({ devices: [NAS] }, new Map([[NAS.deviceId, media]]), 'http://localhost:7420')
  return partBText(kit, 'ab12', '21 Nov 2026')
}

test('a page reads out of part B every place that it can ask for, as it was written there', () => {
  const text = kitOf([{ kind: 'device', where: '/home/nas' }, ...PLACES])
  assert.deepEqual(placesInKit(text), PLACES)
  assert.deepEqual(placesInKit(text.replaceAll('\n', '\r\n')), PLACES)
  assert.deepEqual(placesInKit(text + text), PLACES)
})

test('what is no part B names no place, and neither does one of a kind that this page does not know', () => {
  for (const text of [
    '',
    'at',
    'at     somewhere',
    'kind   webdav',
    'the words of part A',
    '  kind   moon\n  at     x',
  ])
    assert.deepEqual(placesInKit(text), [])
  assert.deepEqual(placesInKit(' '.repeat(KIT_MAX_BYTES) + kitOf(PLACES)), [])
})

test('a place takes nothing from the one above it', () => {
  const text = '  at     /first\n  as     robin\n\n  at     /second\n  kind   folder\n'
  assert.deepEqual(placesInKit(text), [{ kind: 'folder', where: '/second' }])
})
