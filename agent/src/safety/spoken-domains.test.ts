import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameDevice } from '@cloudos/mesh/profile-doc/device-names'
import { openProfileDoc } from '@cloudos/mesh/profile-doc/profile-doc'
import type { MediumKind, MediumView } from '@cloudos/protocol/storage-commands'
import { house } from '../testing/protected-house.ts'
import { diskOfDevice, withSpokenDomains } from './spoken-domains.ts'

const place = (kind: MediumKind, failureDomain: string, where = '/a'): MediumView => ({
  ...{ mediumId: where, kind, where, failureDomain, credential: 'not-needed', gen: 1, behind: 0, state: 'kept' },
})

test('what a place is lost with is said in words, and two places of one disk are still one', () => {
  const media = [
    place('device', 'disk 1'),
    place('folder', 'disk 1', '/home/copy'),
    place('folder', 'disk 2', '/media/stick'),
    place('folder', 'disk 2', '/media/stick/second'),
    place('github', 'github.com robin'),
    place('drive', 'google robin@example.org'),
    place('webdav', 'robin at nas.example'),
    place('webdav', 'disk 1', 'http://localhost/'),
  ]
  assert.deepEqual(
    withSpokenDomains(media, 'the disk of attic').map(({ failureDomain }) => failureDomain),
    ['the disk of attic', 'the disk of attic', 'the disk with /media/stick', 'the disk with /media/stick', 'GitHub (robin)', 'the Google account robin@example.org', 'robin at nas.example', 'the disk of attic'], // prettier-ignore
  )
})

test('a device is named by what its owner calls it, and two that are called alike are told apart', async (t) => {
  const { profiles, identities } = await house(3, 71)
  t.after(() => Promise.all(profiles.map((profile) => profile.close())))
  const [profile] = profiles
  const ids = identities.map(({ deviceId }) => deviceId)
  assert.ok(profile)
  const { ydoc } = await openProfileDoc(profile.replica)
  for (const [index, name] of ['attic', 'twin', 'twin'].entries()) nameDevice(ydoc, ids[index] ?? ('' as never), name)
  const said = ids.map((deviceId) => diskOfDevice(profile, deviceId))
  assert.equal(said[0], 'the disk of attic')
  assert.equal(new Set(said).size, 3)
  assert.match(said[1] ?? '', /^the disk of twin \([0-9a-f]{8}\)$/)
})
