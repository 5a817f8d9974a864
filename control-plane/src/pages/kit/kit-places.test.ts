import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import { idFromBytes } from '@cloudos/protocol/ids'
import { dayText } from '../../ui/time.ts'
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

test('part B says of each kind of place how a new machine gets in, without what it takes, and of which day the copy there is', () => {
  const day = Date.UTC(2026, 10, 21, 12)
  const kinds = { drive: 'drive:123456789012-abcdefghijklmnop.apps.googleusercontent.com', folder: '/stick', github: 'robin/copies', s3: 'https://s3.example/bucket/', webdav: 'https://nas.example/dav/' } // prettier-ignore
  const media = (Object.entries(kinds) as [keyof typeof kinds, string][]).map(([kind, where]): MediumView => ({
    ...{
      mediumId: kind,
      kind,
      where,
      account: 'robin',
      credential: 'sealed-on-device',
      gen: 7,
      behind: 0,
      state: 'kept',
    },
    ...{ failureDomain: kind, savedAtMs: day, testedAtMs: day },
  }))
  const own: MediumView = { ...{ mediumId: 'device', kind: 'device', where: '/home/nas', credential: 'not-needed', gen: 0, behind: 0, state: 'kept', failureDomain: 'a' }, reachedAt: '/ip4/192.168.1.7/tcp/1/p2p/12D3' } // prettier-ignore
  const direct = { where: 'robin/direct', needsToken: false, remembers: false, gen: 2, behind: 0 } as const
  const places = kitPlaces(
    { devices: [NAS], direct },
    new Map([[NAS.deviceId, [own, ...media]]]),
    'http://localhost:7420',
  )
  const text = partBText(places, 'ab12', dayText(day))
  const blocks = text.split(/\n(?=\S)/)
  const says = (place: string, ...phrases: readonly string[]) => {
    const block = blocks.find((one) => one.includes(`at     ${place}`)) ?? assert.fail(place)
    for (const phrase of phrases) assert.ok(block.includes(phrase), `${place}: ${phrase}`)
  }
  const dated = `revision 7, saved ${dayText(day)}; tested ${dayText(day)}`
  says(kinds.drive, 'needs  the secret of that OAuth client, and a sign-in to that account', 'as     robin', dated)
  says(kinds.folder, 'needs  nothing: plug it in', dated)
  says(kinds.github, 'needs  a token that may read and write contents', dated)
  says(kinds.s3, 'needs  that access key id and its secret access key', 'as     robin', dated)
  says(kinds.webdav, 'needs  that user name and its password', 'as     robin', dated)
  says('/ip4/192.168.1.7/tcp/1/p2p/12D3', 'needs  a code: that device shows one')
  says('robin/direct', 'needs  a token', 'revision 2; never tested')
  assert.match(text, new RegExp(`as of ${dayText(day)}`))
  assert.deepEqual(placesInKit(text).map(({ kind }) => kind).toSorted(), ['drive', 'folder', 'github', 'github', 'peer', 's3', 'webdav']) // prettier-ignore
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
