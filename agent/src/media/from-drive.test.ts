import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectDrive, findDriveAccount, foundDrive } from '@cloudos/storage-adapters/drive'
import { drivePlace, grantOf } from '@cloudos/storage-adapters/testing/drive/drive-place'
import { startFakeDrive } from '@cloudos/storage-adapters/testing/drive/fake-drive'
import { openJournal } from '../journal/journal.ts'
import { createReserve } from '../reserve.ts'
import { house, stillClock } from '../testing/protected-house.ts'
import { folderFor } from '../testing/run-agent.ts'
import { secretFrom } from './drive-grant.ts'
import { driveKind } from './drive-kind.ts'
import type { SignedInDrive } from './drive-kind.ts'
import { MediaDesk } from './media-desk.ts'
import type { MediaDeskParts } from './media-desk.ts'

const never = new AbortController().signal
const placeOf = ({ grant, service }: SignedInDrive) => drivePlace(service?.apiUrl ?? '', grant)
const kind = driveKind({
  account: (place) => findDriveAccount(placeOf(place), never),
  found: (place) => foundDrive(placeOf(place), never),
  connect: (place, account) => connectDrive(placeOf(place), account, never),
})

test('a copy in a Google Drive is read by a new device that has signed in, and kept by it from then on', async (t) => {
  const home = folderFor(t)
  const { profiles, identities, ways, dice } = await house(2, 31)
  await using stack = new AsyncDisposableStack()
  const fake = stack.use(await startFakeDrive())
  const where = fake.url + fake.oauth.clientId
  const credential = { account: fake.oauth.email, secret: secretFrom(grantOf(fake)) }
  const sitDown = (nth: number, signedIn: NonNullable<MediaDeskParts['signedIn']>) => {
    const [profile, identity] = [profiles[nth], identities[nth]]
    assert.ok(profile && identity)
    const own = join(home, `device-${String(nth)}`)
    mkdirSync(own)
    const journal = openJournal(join(own, 'journal.db'), 0, createReserve(join(own, 'reserve')))
    journal.ways.put(ways)
    const desk = new MediaDesk({
      kinds: { drive: kind },
      ...{ media: journal.media, ways: journal.ways, identity, homeFolder: own, signedIn },
      ...{ clock: stillClock, rng: dice, onIncident: () => assert.fail('an incident') },
    })
    stack.defer(async () => {
      await desk[Symbol.asyncDispose]()
      await profile.close()
      journal.close()
    })
    return { desk, profile }
  }
  const { desk: first, profile } = sitDown(0, () => undefined)
  first.open(profile)
  await first.add({ kind: 'drive', where, ...credential })
  await assert.rejects(first.copyIn({ kind: 'drive', where }), { code: 'no-credential' })

  const { desk: newcomer, profile: again } = sitDown(1, (name, place) =>
    name === 'drive' && place === where ? credential : undefined,
  )
  const copy = await newcomer.copyIn({ kind: 'drive', where })
  await newcomer.adopt({ kind: 'drive', where }, copy)
  newcomer.open(again)
  const kept = (await newcomer.list()).find((one) => one.where === where)
  assert.deepEqual([kept?.account, kept?.credential], [fake.oauth.email, 'sealed-on-device'])
  assert.equal(kept?.failureDomain, `google ${fake.oauth.email}`)
})
