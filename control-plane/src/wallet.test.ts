import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getWallets } from '@wallet-standard/app'
import { createSlot } from '@cloudos/crypto/slots'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { createWalletKey } from '@cloudos/crypto/testing/wallet-key'
import { unlock } from '@cloudos/crypto/unlock'
import { idFromBytes } from '@cloudos/protocol/ids'
import { encodeSlot } from '@cloudos/protocol/slot'
import { createTestWallet } from './testing/test-wallet.ts'
import type { WalletTemper } from './testing/test-wallet.ts'
import { watchWallets } from './wallet.ts'
import type { ConnectedWallet, FoundWallet } from './wallet.ts'
import { walletWayIn } from './ways/wallet-way.ts'
import type { WalletKind } from './ways/wallet-way.ts'

const dice = createDice(7)
const profileId = idFromBytes('ProfileId', dice.bytes(16))
const keys = [createWalletKey(dice), createWalletKey(dice)] as const
const [mine, other] = keys
const clock = {
  nowMs: () => 1_700_000_000_000,
  monotonicMs: () => 0,
  sleep: () => Promise.reject(new Error('nobody sleeps here')),
}
const signInParts = { domain: 'localhost:7420', uri: 'http://localhost:7420', clock, rng: dice }

test('wallets are seen as they come and go, and only those of Solana', () => {
  const seen: string[][] = []
  const off = watchWallets((wallets) => seen.push(wallets.map(({ name }) => name)))
  const leave = register('normal')
  const leaveOther = getWallets().register({ ...wallet('normal', 'Other chain'), chains: ['eip155:1'] })
  leave()
  leaveOther()
  off()
  register('normal')()
  assert.deepEqual(seen, [[], ['Test normal'], ['Test normal'], [], []])
})

test('a wallet makes a slot, and opens it again', async () => {
  using stack = new DisposableStack()
  const connected = await found(stack, 'normal').connect()
  assert.equal(connected.address, mine.address)
  const { slot, vaultKey } = await slotOf(connected)
  assert.ok(slot.ok)
  const again = await found(stack, 'normal').connect()
  const opened = await unlock(profileId, [encodeSlot(slot.value)], walletWayIn(again, profileId))
  assert.ok(opened.ok)
  assert.deepEqual(opened.value.vaultKey, vaultKey)
})

test('a sign-in tells the account, and where a wallet has none connecting does', async () => {
  using stack = new DisposableStack()
  assert.equal((await found(stack, 'normal').signIn(signInParts)).address, mine.address)
  assert.equal((await found(stack, 'normal', false).signIn(signInParts)).address, mine.address)
})

test('a wallet that signs differently each time gets no slot', async () => {
  using stack = new DisposableStack()
  const { slot } = await slotOf(await found(stack, 'not-deterministic').connect())
  assert.deepEqual(slot, { ok: false, error: 'not-deterministic' })
})

test('a wallet that turned unsteady after enrolment is told from a wrong account', async () => {
  using stack = new DisposableStack()
  const { slot } = await slotOf(await found(stack, 'normal').connect())
  assert.ok(slot.ok)
  const slots = [encodeSlot(slot.value)]
  const unsteady = walletWayIn(await found(stack, 'not-deterministic').connect(), profileId)
  assert.deepEqual(await unlock(profileId, slots, unsteady), { ok: false, error: 'wrong-way-in' })
  assert.equal(await unsteady.isSteady(), false)
  const wrong = walletWayIn(await found(stack, 'normal', true, [other, mine]).connect(), profileId)
  assert.deepEqual(await unlock(profileId, slots, wrong), { ok: false, error: 'wrong-way-in' })
  assert.equal(await wrong.isSteady(), true)
})

const REFUSED: readonly (readonly [WalletTemper, string])[] = [
  ['no-messages', 'wallet-no-messages'],
  ['rejects-messages', 'wallet-rejects-messages'],
  ['changes-account', 'wallet-account-changed'],
  ['signs-with-another', 'wallet-bad-signature'],
]
for (const [temper, code] of REFUSED)
  test(`a wallet of the kind ${temper} is refused as ${code}`, async () => {
    using stack = new DisposableStack()
    const connected = await found(stack, temper).connect()
    await assert.rejects(slotOf(connected), { code })
  })

test('a wallet that signs transactions only makes a slot by one that is never sent, and opens it again', async () => {
  using stack = new DisposableStack()
  for (const temper of ['no-messages', 'rejects-messages'] as const) {
    const connected = await foundSigning(stack, temper).connect()
    assert.ok(connected.signsTransactions)
    await assert.rejects(slotOf(connected), { code: /^wallet-(?:no|rejects)-messages$/ })
    const { slot, vaultKey } = await slotOf(connected, 'wallet-memo')
    assert.ok(slot.ok)
    const slots = [encodeSlot(slot.value)]
    const again = await foundSigning(stack, temper).connect()
    const opened = await unlock(profileId, slots, walletWayIn(again, profileId, 'wallet-memo'))
    assert.ok(opened.ok)
    assert.deepEqual(opened.value.vaultKey, vaultKey)
    const wrong = walletWayIn(await foundSigning(stack, temper, [other, mine]).connect(), profileId, 'wallet-memo')
    assert.deepEqual(await unlock(profileId, slots, wrong), { ok: false, error: 'wrong-way-in' })
    assert.equal(await wrong.isSteady(), true)
  }
})

test('a wallet gets no slot by a transaction that it signs differently each time, changes, or cannot sign', async () => {
  using stack = new DisposableStack()
  const unsteady = await foundSigning(stack, 'not-deterministic').connect()
  assert.deepEqual((await slotOf(unsteady, 'wallet-memo')).slot, { ok: false, error: 'not-deterministic' })
  const changing = await foundSigning(stack, 'changes-transactions').connect()
  await assert.rejects(slotOf(changing, 'wallet-memo'), { code: 'wallet-changed-transaction' })
  const without = await found(stack, 'no-messages').connect()
  assert.equal(without.signsTransactions, false)
  await assert.rejects(slotOf(without, 'wallet-memo'), { code: 'wallet-no-transactions' })
})

test('a person who declines is told so, and a wallet that has gone too', async () => {
  using stack = new DisposableStack()
  const declining = found(stack, 'declines')
  await assert.rejects(declining.connect(), { code: 'wallet-declined' })
  await assert.rejects(declining.signIn(signInParts), { code: 'wallet-declined' })
  stack.dispose()
  await assert.rejects(declining.connect(), { code: 'wallet-missing' })
})

test('a sign-in with other words than were asked for is refused', async () => {
  using stack = new DisposableStack()
  await assert.rejects(found(stack, 'own-sign-in').signIn(signInParts), { code: 'wallet-bad-sign-in' })
})

test('an account whose address is not its key is no account', async () => {
  using stack = new DisposableStack()
  const liar = found(stack, 'normal', true, [{ ...mine, address: other.address }, other])
  await assert.rejects(liar.connect(), { code: 'wallet-no-account' })
})

function wallet(
  temper: WalletTemper,
  name: string,
  hasSignIn = true,
  accounts: readonly Account[] = keys,
  signsTransactions = false,
) {
  const spec = {
    name,
    temper,
    hasSignIn,
    signsTransactions,
    accounts: accounts.map(({ address, publicKey }) => ({ address, publicKey: [...publicKey] })),
  }
  return createTestWallet(spec, async (address, message, isHedged) => {
    const key = keys.find((known) => known.address === address) ?? mine
    const bytes = Uint8Array.from(message)
    return [...(isHedged ? key.signHedged(bytes) : key.sign(bytes))]
  })
}

type Account = Pick<(typeof keys)[0], 'address' | 'publicKey'>

function register(...[temper, ...rest]: [WalletTemper, boolean?, (readonly Account[])?, boolean?]): () => void {
  return getWallets().register(wallet(temper, 'Test ' + temper, ...rest))
}

function found(stack: DisposableStack, ...spec: Parameters<typeof register>): FoundWallet {
  stack.defer(register(...spec))
  const last: { wallet?: FoundWallet | undefined } = {}
  watchWallets((wallets) => {
    last.wallet = wallets.at(-1)
  })()
  assert.ok(last.wallet)
  return last.wallet
}

function foundSigning(stack: DisposableStack, temper: WalletTemper, accounts: readonly Account[] = keys): FoundWallet {
  return found(stack, temper, true, accounts, true)
}

async function slotOf(connected: ConnectedWallet, kind: WalletKind = 'wallet-message') {
  const vaultKey = dice.bytes(32)
  const wayIn = walletWayIn(connected, profileId, kind)
  const slot = await createSlot(profileId, { wayIn, way: { kind }, vaultKey, rng: dice })
  return { slot, vaultKey }
}
