import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectDrive, findDriveAccount, foundDrive } from '@cloudos/storage-adapters/drive'
import { drivePlace, grantOf } from '@cloudos/storage-adapters/testing/drive/drive-place'
import { startFakeDrive } from '@cloudos/storage-adapters/testing/drive/fake-drive'
import { secretFrom } from './drive-grant.ts'
import { driveKind } from './drive-kind.ts'
import type { Drives, SignedInDrive } from './drive-kind.ts'

const never = new AbortController().signal
const placeOf = ({ grant, service }: SignedInDrive) => drivePlace(service?.apiUrl ?? '', grant)
const drives: Drives = {
  account: (place) => findDriveAccount(placeOf(place), never),
  found: (place) => foundDrive(placeOf(place), never),
  connect: (place, account) => connectDrive(placeOf(place), account, never),
}
const CLIENT = '123456789012-abcdefghijklmnop.apps.googleusercontent.com'

test('a Drive has one spelling, with nothing secret in it', () => {
  const kind = driveKind(drives)
  for (const where of [CLIENT, `drive:${CLIENT}`, `  ${CLIENT} `])
    assert.equal(kind.normalise(where), `drive:${CLIENT}`)
  assert.equal(kind.normalise(`http://127.0.0.1:8080/${CLIENT}`), `http://127.0.0.1:8080/${CLIENT}`)
})

test('what is no OAuth client of the right kind is refused with its own words', () => {
  const kind = driveKind(drives)
  for (const [where, words] of [
    ['GOCSPX-abcdefghijklmnopqrst', /client secret/],
    ['me@project.iam.gserviceaccount.com', /service account/],
    ['somebody@example.org', /not your address/],
    ['AIzaSyAbcdefghijklmnop', /API key/],
    ['123456', /whole id/],
    [`https://drive.example.org/${CLIENT}`, /Google alone/],
  ] as const)
    assert.throws(() => kind.normalise(where), { code: 'bad-address', message: words })
})

test('a copy can be kept in a Drive that somebody has signed in to, and in no other way', async (t) => {
  const fake = await startFakeDrive()
  t.after(() => fake[Symbol.asyncDispose]())
  const kind = driveKind(drives)
  const address = kind.normalise(fake.url + fake.oauth.clientId)
  await assert.rejects(kind.check(address, undefined), { code: 'no-credential' })
  const credential = { account: fake.oauth.email, secret: secretFrom(grantOf(fake)) }
  await kind.check(address, credential)
  await assert.rejects(kind.connect(address, credential, ''), { code: 'medium-gone' })
  await kind.found(address, credential)
  const store = await kind.connect(address, credential, '')
  t.after(() => store[Symbol.asyncDispose]())
  assert.equal(await store.casHead('head', new Uint8Array([1]), undefined), 'ok')
  assert.equal(await kind.failureDomain(address, fake.oauth.email), 'google somebody@example.org')
  fake.oauth.withdrawAll()
  await assert.rejects(kind.check(address, credential), { code: 'medium-forbidden', message: /7 days/ })
})
