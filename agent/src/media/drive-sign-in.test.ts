import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { exchangeCode, signInAddress } from '@cloudos/storage-adapters/drive-sign-in'
import { findDriveAccount } from '@cloudos/storage-adapters/drive'
import { drivePlace } from '@cloudos/storage-adapters/testing/drive/drive-place'
import { startFakeDrive } from '@cloudos/storage-adapters/testing/drive/fake-drive'
import { createTestClock, createTestLine } from '@cloudos/storage-adapters/testing/http-line'
import type { NewMedium } from '@cloudos/protocol/storage-commands'
import { nodeRng } from '../node-ports.ts'
import { DriveSignIn } from './drive-sign-in.ts'

const never = new AbortController().signal

async function sitDown(t: TestContext) {
  const fake = await startFakeDrive()
  const line = createTestLine()
  const added: NewMedium[] = []
  const device = { isInProfile: true }
  const time = { nowMs: 0 }
  const signIn = new DriveSignIn({
    google: {
      address: signInAddress,
      exchange: (asked, tokenUrl) => exchangeCode(asked, { tokenUrl, line, clock: createTestClock() }, never),
      account: ({ grant, service }) => findDriveAccount(drivePlace(service?.apiUrl ?? '', grant), never),
      look: (url) => line(url, () => Promise.resolve({ method: 'GET', repeats: true }), never),
    },
    add: (wanted) => {
      added.push(wanted)
      return Promise.resolve('ab12')
    },
    isInProfile: () => device.isInProfile,
    // Nobody's patience ends here.
    clock: { ...createTestClock(), monotonicMs: () => time.nowMs, sleep: (_delayMs, signal) => new Promise((done) => signal?.addEventListener('abort', () => { done() })) }, // prettier-ignore
    rng: nodeRng,
  })
  t.after(async () => {
    await signIn[Symbol.asyncDispose]()
    await fake[Symbol.asyncDispose]()
  })
  const { clientId, clientSecret } = fake.oauth
  return { fake, signIn, added, device, time, where: fake.url + clientId, clientSecret }
}

/** What a browser does: it goes where Google's page sends it. */
const visit = (url: string) => fetch(url, { redirect: 'follow' })

test('a person signs in on Google’s page, and the copy is added with a sign-in that lasts', async (t) => {
  const { fake, signIn, added, where, clientSecret } = await sitDown(t)
  const { attempt, url } = await signIn.begin(where)
  const finishing = signIn.finish({ attempt, clientSecret })
  const shown = await visit(url)
  assert.equal(shown.status, 200)
  assert.match(await shown.text(), /close this page/)
  assert.deepEqual(await finishing, { mediumId: 'ab12', account: fake.oauth.email })
  const [one] = added
  assert.deepEqual([one?.kind, one?.where, one?.account], ['drive', where, fake.oauth.email])
  assert.match(one?.secret ?? '', new RegExp(`^${clientSecret} 1//`))
  assert.ok(!url.includes(clientSecret), 'the browser never sees the secret')
  await assert.rejects(signIn.finish({ attempt, clientSecret }), { code: 'no-such-attempt' })
})

test('a device in no profile keeps the sign-in in memory, and reads the copy there with it', async (t) => {
  const { fake, signIn, added, device, where, clientSecret } = await sitDown(t)
  device.isInProfile = false
  const { attempt, url } = await signIn.begin(where)
  const finishing = signIn.finish({ attempt, clientSecret })
  await visit(url)
  assert.deepEqual(await finishing, { account: fake.oauth.email })
  assert.deepEqual(added, [])
  const credential = signIn.find(where)
  assert.equal(credential?.account, fake.oauth.email)
  assert.match(credential.secret, new RegExp(`^${clientSecret} 1//`))
})

test('a visitor’s sign-in is kept in memory alone, also on a device that is in a profile', async (t) => {
  const { fake, signIn, added, where, clientSecret } = await sitDown(t)
  const { attempt, url } = await signIn.begin(where)
  const finishing = signIn.finish({ attempt, clientSecret }, 'visitor')
  await visit(url)
  assert.deepEqual(await finishing, { account: fake.oauth.email })
  assert.deepEqual(added, [])
  assert.equal(signIn.find(where)?.account, fake.oauth.email)
})

test('a sign-in for a drill adds nothing, is kept in memory and ends after ten minutes', async (t) => {
  const { fake, signIn, added, time, where, clientSecret } = await sitDown(t)
  const { attempt, url } = await signIn.begin(where)
  const finishing = signIn.finish({ attempt, clientSecret, drill: true })
  await visit(url)
  assert.deepEqual(await finishing, { account: fake.oauth.email })
  assert.deepEqual(added, [])
  assert.equal(signIn.find(where), undefined, 'nothing but a drill has any use of it')
  assert.match(signIn.findForDrill(where)?.secret ?? '', new RegExp(`^${clientSecret} 1//`))
  time.nowMs += 10 * 60_000
  assert.equal(signIn.findForDrill(where), undefined)
})

test('a project that is still in testing is told: its sign-ins end after seven days', async (t) => {
  const { fake, signIn, where, clientSecret } = await sitDown(t)
  fake.oauth.isInTesting = true
  const { attempt, url } = await signIn.begin(where)
  const finishing = signIn.finish({ attempt, clientSecret })
  await visit(url)
  assert.ok(((await finishing).endsAtMs ?? 0) > 600_000_000)
})

test('refusals of a sign-in are told apart, and nothing is added', async (t) => {
  const { fake, signIn, added, where, clientSecret } = await sitDown(t)
  await assert.rejects(signIn.begin('GOCSPX-a-secret'), { code: 'bad-address' })
  const other = where.replace('123456789012', '999999999999')
  await assert.rejects(signIn.begin(other), { code: 'bad-client', message: /Desktop app/ })
  const tried = async (secret: string) => {
    const { attempt, url } = await signIn.begin(where)
    const finishing = signIn.finish({ attempt, clientSecret: secret })
    finishing.catch(() => undefined)
    await visit(url)
    return finishing
  }
  await assert.rejects(tried('GOCSPX-another'), { code: 'wrong-client', message: /client and its secret/ })
  fake.oauth.consents = false
  await assert.rejects(tried(clientSecret), { code: 'refused' })
  fake.oauth.consents = true
  fake.oauth.grantsFolder = false
  await assert.rejects(tried(clientSecret), { code: 'not-ticked', message: /ticked/ })
  assert.deepEqual(added, [])
})

test('the way back takes the answer to its own question and no other, also by hand from another machine', async (t) => {
  const { signIn, added, where, clientSecret } = await sitDown(t)
  const { attempt, url } = await signIn.begin(where)
  const back = new URL(new URL(url).searchParams.get('redirect_uri') ?? '')
  for (const query of ['?code=4/forged', '?code=4/forged&state=0000', ''])
    assert.equal((await fetch(back.href + query)).status, 404)
  assert.equal((await fetch(`${back.href}?state=${new URL(url).searchParams.get('state') ?? ''}`, { method: 'POST' })).status, 404) // prettier-ignore
  const elsewhere = (await fetch(url, { redirect: 'manual' })).headers.get('location') ?? ''
  await assert.rejects(signIn.finish({ attempt, clientSecret, returned: `${back.href}?code=1&state=2` }), { code: 'bad-address' }) // prettier-ignore
  await signIn.finish({ attempt, clientSecret, returned: elsewhere })
  assert.equal(added.length, 1)
  await assert.rejects(fetch(back), TypeError)
})

test('another sign-in ends the one before, and an end of the agent ends them all', async (t) => {
  const { signIn, where, clientSecret } = await sitDown(t)
  const first = await signIn.begin(where)
  const waiting = signIn.finish({ attempt: first.attempt, clientSecret })
  waiting.catch(() => undefined)
  const second = await signIn.begin(where)
  await assert.rejects(waiting, { code: 'superseded' })
  const last = signIn.finish({ attempt: second.attempt, clientSecret })
  last.catch(() => undefined)
  await signIn[Symbol.asyncDispose]()
  await assert.rejects(last, { code: 'superseded' })
})
