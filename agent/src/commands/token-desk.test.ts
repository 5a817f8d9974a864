import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { hashId } from '@cloudos/crypto/hash'
import type { Member } from '@cloudos/crypto/membership'
import { signFor } from '@cloudos/crypto/signature'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { newDevice } from '@cloudos/mesh/testing/profiles'
import { SteppedClock } from '@cloudos/mesh/testing/stepped-clock'
import { encodeToken } from '@cloudos/protocol/capability-token'
import type { CapabilityToken } from '@cloudos/protocol/capability-token'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { readDocumentCommand } from '@cloudos/protocol/commands'
import type { Caller } from '@cloudos/protocol/grants'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { DeviceId } from '@cloudos/protocol/ids'
import { encodePresented, parsePresented } from '@cloudos/protocol/presented-token'
import { encodeRecord } from '@cloudos/protocol/record'
import { encodeSigned } from '@cloudos/protocol/signed'
import { listTokensCommand, revokeTokenCommand } from '@cloudos/protocol/token-commands'
import { issueToken, memberOf } from '../testing/issue-token.ts'
import { openDispatch, rpcCall } from '../testing/open-dispatch.ts'
import { register } from './register.ts'

const HOUR_MS = 3_600_000
const owner: Caller = { kind: 'owner' }
const reading = encodeRecord(readDocumentCommand.input, { document: 'notes' })
const notes = register({ shape: readDocumentCommand, run: () => Promise.resolve({ text: 'milk' }) })

/** An agent in a profile with three other devices; `restart` opens it again from its folder. */
async function household(t: TestContext) {
  const dice = createDice(77)
  const [nas, laptop, phone] = [newDevice(dice), newDevice(dice), newDevice(dice)]
  const members = new Map<DeviceId, Member>(
    [memberOf(nas, 'agent'), memberOf(laptop, 'agent'), memberOf(phone, 'browser')].map((one) => [one.deviceId, one]),
  )
  const folder = mkdtempSync(join(tmpdir(), 'tokens-'))
  t.after(() => { rmSync(folder, { recursive: true }) }) // prettier-ignore
  const clock = new SteppedClock(1_000_000)
  const closing: (() => unknown)[] = []
  t.after(close)
  async function close(): Promise<void> {
    for (const act of closing.splice(0)) await act()
  }
  const open = () =>
    openDispatch({ after: (act: () => unknown) => closing.push(act) }, clock, [notes], {
      folder,
      member: (deviceId) => members.get(deviceId),
    })
  const restart = async () => {
    await close()
    return open()
  }
  const revoke = (device: DeviceIdentity): void => {
    const member = members.get(device.deviceId) ?? assert.fail()
    members.set(device.deviceId, { ...member, revoked: true })
  }
  return { ...(await open()), nas, laptop, phone, clock, revoke, restart, dice }
}

const asDevice = ({ deviceId }: DeviceIdentity): Caller => ({ kind: 'device', deviceId })
const asPage = ({ deviceId }: DeviceIdentity): Caller => ({ kind: 'page', deviceId, canApprove: true })
const withToken = (token: Uint8Array) => rpcCall('document.read', reading, { token })
const wish = ({ deviceId }: DeviceIdentity, ...can: string[]) => ({ audience: deviceId, lastsMs: HOUR_MS, can })

test('a token gives the device it was made for exactly what it says, until it ends', async (t) => {
  const { dispatch, nas, clock, audit } = await household(t)
  await assert.rejects(dispatch(asDevice(nas), rpcCall('document.read', reading)), { code: 'not-allowed' })
  const { token, tokenId, expiresAtMs } = await issueToken(dispatch, owner, wish(nas, 'doc:* read'))
  await dispatch(asDevice(nas), withToken(token))
  const listing = { ...rpcCall('token.list', encodeRecord(listTokensCommand.input, {})).request, token }
  await assert.rejects(dispatch(asDevice(nas), { ...withToken(token), request: listing }), { code: 'not-allowed' })
  clock.step(expiresAtMs - clock.nowMs() - 1)
  await dispatch(asDevice(nas), withToken(token))
  clock.step(1)
  await assert.rejects(dispatch(asDevice(nas), withToken(token)), { code: 'token-ended' })
  while (audit.tip.seq < 5) await new Promise((resolve) => setImmediate(resolve))
  const said: string[] = []
  for (const { action, decision, tokenId: used } of (await audit.page({ limit: 200 })).entries.toReversed())
    if (used === tokenId) said.push(`${action} ${decision}`)
  assert.deepEqual(said, [
    'document.read allowed',
    'token.list denied',
    'document.read allowed',
    'document.read denied',
  ])
})

test('nobody gives away what they do not hold, nor a yes, a policy, a way in or a token', async (t) => {
  const { dispatch, nas, phone } = await household(t)
  const refused = { code: 'not-yours-to-give' }
  await assert.rejects(issueToken(dispatch, asPage(phone), wish(nas, 'doc:* read')), refused)
  await issueToken(dispatch, asPage(phone), wish(nas, 'job:* read,run'))
  for (const can of ['approval:* control', 'policy:* read', 'way:* read', 'token:* control', 'pair:* control'])
    await assert.rejects(issueToken(dispatch, owner, wish(nas, can)), refused)
  await assert.rejects(issueToken(dispatch, asDevice(nas), wish(nas, 'job:* read')), { code: 'not-allowed' })
  const stranger = newDevice(createDice(1))
  await assert.rejects(issueToken(dispatch, owner, wish(stranger, 'job:* read')), { code: 'no-such-device' })
})

test('a token of another, a forged, a broken and a foreign one are refused each with its own word', async (t) => {
  const { dispatch, nas, laptop, dice } = await household(t)
  const { token } = await issueToken(dispatch, owner, wish(nas, 'doc:* read'))
  const says = (caller: Caller, shown: Uint8Array, code: string) =>
    assert.rejects(dispatch(caller, withToken(shown)), { code }, code)
  await says(asDevice(laptop), token, 'token-of-another')
  await says(owner, token, 'token-of-another')
  await says(asDevice(nas), Uint8Array.of(1, 2), 'token-unreadable')
  const last = token.length - 1
  await says(asDevice(nas), token.with(last, (token[last] ?? 0) ^ 1), 'token-forged')
  const own = await signedBy(laptop, rootOf(token, { issuer: laptop.deviceId }))
  await says(asDevice(nas), encodePresented([own]), 'token-too-wide')
  const stranger = newDevice(dice)
  const foreign = await signedBy(stranger, rootOf(token, { issuer: stranger.deviceId }))
  await says(asDevice(nas), encodePresented([foreign]), 'token-issuer-gone')
})

test('handed on it gives less and counts with the one it came from; whoever widens it gives nothing', async (t) => {
  const { dispatch, nas, laptop } = await household(t)
  const { token } = await issueToken(dispatch, owner, { ...wish(nas, 'doc:* read'), maxCalls: 3 })
  const handOn = async (change: Partial<CapabilityToken>) => {
    const root = rootOf(token)
    const child: CapabilityToken = {
      ...root,
      issuer: nas.deviceId,
      audience: { kind: 'device', deviceId: laptop.deviceId },
      parent: hashId(encodeToken(root)),
      tokenId: idFromBytes('TokenId', new Uint8Array(16).fill(9)),
      ...change,
    }
    return encodePresented([await signedBy(nas, child), ...signedOf(token)])
  }
  const handed = await handOn({})
  await dispatch(asDevice(laptop), withToken(handed))
  await dispatch(asDevice(nas), withToken(token))
  await dispatch(asDevice(laptop), withToken(handed))
  await assert.rejects(dispatch(asDevice(nas), withToken(token)), { code: 'over-budget' })
  await assert.rejects(dispatch(asDevice(laptop), withToken(handed)), { code: 'over-budget' })
  const limits = { maxCalls: 3 }
  for (const capabilities of [
    [{ resource: 'doc:*', acts: ['read', 'write'], limits }],
    [{ resource: 'job:*', acts: ['read'], limits }],
    [{ resource: 'doc:*', acts: ['read'], limits: {} }],
  ])
    await assert.rejects(dispatch(asDevice(laptop), withToken(await handOn({ capabilities }))), {
      code: 'token-too-wide',
    })
})

test('taken back or used up it stays so after a restart', async (t) => {
  const home = await household(t)
  const { dispatch, nas } = home
  const revoked = await issueToken(dispatch, owner, wish(nas, 'doc:* read'))
  const spent = await issueToken(dispatch, owner, { ...wish(nas, 'doc:* read'), maxCalls: 1 })
  await dispatch(asDevice(nas), withToken(spent.token))
  await dispatch(asDevice(nas), withToken(revoked.token))
  await dispatch(owner, rpcCall('token.revoke', encodeRecord(revokeTokenCommand.input, { tokenId: revoked.tokenId })))
  await assert.rejects(dispatch(asDevice(nas), withToken(revoked.token)), { code: 'token-revoked' })
  const again = await home.restart()
  await assert.rejects(again.dispatch(asDevice(nas), withToken(revoked.token)), { code: 'token-revoked' })
  await assert.rejects(again.dispatch(asDevice(nas), withToken(spent.token)), { code: 'over-budget' })
  assert.deepEqual(
    again.tokens.list().map(({ state }) => state),
    ['good', 'revoked'],
  )
})

test('the tokens of whoever had them issued end with them', async (t) => {
  const { dispatch, nas, phone, revoke } = await household(t)
  const { token } = await issueToken(dispatch, asPage(phone), wish(nas, 'job:* read'))
  const listing = (shown: Uint8Array) => rpcCall('job.list', Uint8Array.of(0xa0), { token: shown })
  // There are no jobs behind this door: being told so means that the token was taken.
  await assert.rejects(dispatch(asDevice(nas), listing(token)), { code: 'no-such-command' })
  revoke(phone)
  await assert.rejects(dispatch(asDevice(nas), listing(token)), { code: 'token-issuer-gone' })
})

test('a limit in a minute opens again after it', async (t) => {
  const { dispatch, nas, clock } = await household(t)
  const { token } = await issueToken(dispatch, owner, { ...wish(nas, 'doc:* read'), callsPerMinute: 2 })
  for (const _ of [1, 2]) {
    await dispatch(asDevice(nas), withToken(token))
    await dispatch(asDevice(nas), withToken(token))
    const third = await dispatch(asDevice(nas), withToken(token)).catch((cause: unknown) => cause)
    assert.ok(third instanceof CloudError && third.code === 'over-budget')
    clock.step(60_000)
  }
})

function signedOf(token: Uint8Array): readonly Uint8Array[] {
  const parsed = parsePresented(token)
  assert.ok(parsed.ok)
  return parsed.value.map(({ payload, signature }) => encodeSigned(payload, signature))
}

function rootOf(token: Uint8Array, change: Partial<CapabilityToken> = {}): CapabilityToken {
  const parsed = parsePresented(token)
  assert.ok(parsed.ok)
  const root = parsed.value.at(-1)?.value ?? assert.fail()
  return { ...root, ...change }
}

async function signedBy({ signer }: DeviceIdentity, token: CapabilityToken): Promise<Uint8Array> {
  const payload = encodeToken(token)
  return encodeSigned(payload, await signFor(signer, 'cap', payload))
}
