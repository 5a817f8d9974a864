import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import type { DeviceView } from '../../profile/status.ts'
import { placesInKit } from './kit-places.ts'
import { kitPlaces, partAText, partBText } from './kit-text.ts'

const words = Array.from({ length: 24 }, (_, at) => `word${String(at + 1)}`)
const device = (name: string, presence: DeviceView['presence']): DeviceView => ({
  deviceId: idFromBytes('DeviceId', new Uint8Array(16)),
  name,
  class: 'agent',
  presence,
  certificateBeginsMs: 0,
  certificateEndsMs: 1,
  signPublicKey: '',
  boxPublicKey: '',
  peerId: '12D3',
})

test('part A has every word under its number, and part B has none of them', () => {
  const a = partAText(words, 'ab12', '21 Nov 2026')
  for (const [at, word] of words.entries()) assert.match(a, new RegExp(`\\b${String(at + 1)}\\. ${word}\\n`))
  const b = partBText([{ name: 'nas', address: '10.0.0.2', keeps: 'the documents' }], 'ab12', '21 Nov 2026')
  assert.match(b, /nas\n {2}at {5}10\.0\.0\.2/)
  assert.doesNotMatch(b, /word\d/)
})

test('a removed device is no place to come back from', () => {
  const devices = [device('browser', 'here'), device('old', 'revoked'), device('nas', 'offline')]
  assert.deepEqual(
    kitPlaces({ devices }, new Map(), 'http://localhost:7420').map(({ address }) => address),
    ['http://localhost:7420', 'peer 12D3'],
  )
})

test('part B names the folders that devices keep too, by their path there, and how to come back from one', () => {
  const nas = device('nas', 'online')
  const medium = (kind: MediumView['kind'], where: string): MediumView => ({
    ...{ mediumId: kind, kind, where, credential: 'not-needed', gen: 1, behind: 0, state: 'kept', failureDomain: 'a' },
  })
  const media = new Map([[nas.deviceId, [medium('device', '/home/nas'), medium('folder', '/media/stick/cloudos')]]])
  const [, folder, ...more] = kitPlaces({ devices: [nas] }, media, 'http://localhost:7420')
  assert.ok(folder)
  assert.deepEqual([folder.address, more.length], ['/media/stick/cloudos', 0])
  const text = partBText([folder], 'id', 'today')
  assert.match(text, /\/media\/stick\/cloudos/)
  assert.match(text, /I have a profile already/)
})

test('part B names the address of each machine, by which a new one gets everything for the code that it shows', () => {
  const nas = device('nas', 'online')
  const where = '/ip4/192.168.1.7/tcp/12345/p2p/12D3KooWQ'
  const own: MediumView = {
    ...{ mediumId: 'device', kind: 'device', where: '/home/nas', credential: 'not-needed', gen: 0, behind: 0 },
    ...{ state: 'kept', failureDomain: 'a', reachedAt: where },
  }
  const places = kitPlaces({ devices: [nas] }, new Map([[nas.deviceId, [own]]]), 'http://localhost:7420')
  assert.deepEqual(placesInKit(partBText(places, 'id', 'today')), [{ kind: 'peer', where }])
})

test('part B names the repository that a browser without an agent keeps a copy in', () => {
  const direct = { where: 'robin/copies', needsToken: false, remembers: false, gen: 1, behind: 0 }
  const places = kitPlaces({ devices: [device('browser', 'here')], direct }, new Map(), 'https://page.example')
  assert.deepEqual(placesInKit(partBText(places, 'id', 'today')), [{ kind: 'github', where: 'robin/copies' }])
  const where = 'drive:123456789012-abcdefghijklmnop.apps.googleusercontent.com'
  const inDrive = kitPlaces({ devices: [], direct: { ...direct, where } }, new Map(), 'https://page.example')
  assert.deepEqual(placesInKit(partBText(inDrive, 'id', 'today')), [{ kind: 'drive', where }])
})
