import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WEBDAV_PROGRAMS } from '@cloudos/storage-adapters/testing/webdav-servers'
import { findAddresses } from '../testing/robbery/addresses.ts'
import { foundRobbableDrive } from '../testing/robbery/drive-layout.ts'
import type { RobbableMedium } from '../testing/robbery/layout.ts'
import { rob } from '../testing/robbery/rob.ts'
import { foundRobbableDevice } from '../testing/robbery/shown-device.ts'
import { foundRobbableBucket, foundRobbableRepository, foundRobbableWebdav } from '../testing/robbery/server-media.ts'

const MEDIA: readonly (readonly [string, () => Promise<RobbableMedium>, string | undefined])[] = [
  ...WEBDAV_PROGRAMS.map((program) => [program.name, () => foundRobbableWebdav(program), program.missing] as const),
  ['s3', foundRobbableBucket, undefined],
  ['github', foundRobbableRepository, undefined],
  ['drive', foundRobbableDrive, undefined],
  ['device', foundRobbableDevice, undefined],
]

for (const [name, found, missing] of MEDIA)
  test(
    `${name}: whoever runs the server reads nothing in the copy, finds no address, and can change none of it unseen`,
    { skip: missing },
    async () => {
      const { accepted, leaks, addresses } = await rob(60, 4, found)
      assert.deepEqual({ accepted, leaks, addresses }, { accepted: [], leaks: [], addresses: [] })
    },
  )

test('one address in the clear would be found', () => {
  for (const address of ['/ip4/192.168.178.23/tcp/40123', '10.0.0.7', 'robin@example.org', '/dns4/mill.example.org'])
    assert.equal(findAddresses(Buffer.from(`\u0001${address}\u0002`)).length > 0, true, address)
  assert.deepEqual(findAddresses(Buffer.from('copies@cloudos.invalid')), [])
})
