import assert from 'node:assert/strict'
import { test } from 'node:test'
import { passphraseWay } from '@cloudos/crypto/way-in'
import type { WayIn } from '@cloudos/crypto/way-in'
import { AuthorityLog } from '@cloudos/mesh/authority-log'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { StoredWays } from '@cloudos/protocol/way-commands'
import { createDeviceKeys, identityFrom } from './device-keys.ts'
import { createAuthorityStore } from './keep-ports.ts'
import { signInFrom } from './sign-in.ts'
import { slotSetsOf } from './slot-sets.ts'
import { cheapPassphrase, clock, createBrowser, dice, foundBrowser, statusWhere } from './testing/browsers.ts'
import type { Browser } from './testing/browsers.ts'
import { readWays } from './vault-medium.ts'
import { WaysExchange } from './ways-exchange.ts'
import type { WaysAgent } from './ways-exchange.ts'

const [OLD, NEW] = [passphraseWay('the passphrase of before'), passphraseWay('the passphrase of now')]

test('what one browser changes of the ways in reaches another by way of an agent; until then the other opens as before', async () => {
  const agent = new Shelf()
  const first = await foundBrowser()
  await changeWays(await first.openTab(), OLD)
  await exchange(first, OLD, agent)
  const second = await secondBrowser(first, OLD, agent)

  await changeWays(await first.openUnlocked(OLD), NEW)
  await hear(second, first)
  assert.ok((await second.unlock(OLD)).ok)
  assert.ok(!(await second.unlock(NEW)).ok)
  // The agent has the older set still: nothing is taken from it.
  await exchange(second, OLD, agent)
  assert.ok((await second.unlock(OLD)).ok)
  await exchange(first, NEW, agent)
  await exchange(second, OLD, agent)
  assert.ok((await second.unlock(NEW)).ok)
  assert.ok(!(await second.unlock(OLD)).ok)
})

test('after a revocation in another browser this one opens with a way in that was left, and seals itself anew', async () => {
  const agent = new Shelf()
  const first = await foundBrowser()
  await changeWays(await first.openTab(), OLD)
  await exchange(first, OLD, agent)
  const second = await secondBrowser(first, OLD, agent)
  const tab = await first.openUnlocked(OLD)
  await tab.kitChecked()
  const { ways } = await statusWhere(tab, (status) => status.ways.length === 2)
  const words = ways.find(({ kind }) => kind === 'phrase')
  assert.ok(words)
  await tab.removeWay(words.name, 'revoke')
  await tab[Symbol.asyncDispose]()
  await exchange(first, OLD, agent)
  await hear(second, first)
  await exchange(second, OLD, agent)

  const before = await second.kept()
  const again = await second.openUnlocked(OLD)
  await again.trustCopy()
  await changeWays(again, NEW)
  assert.notDeepEqual(await second.kept(), before)
  assert.ok((await second.unlock(NEW)).ok)
})

test('a browser that opens by itself signs in again with a way in that was left, once an agent has brought the new vault', async () => {
  const agent = new Shelf()
  const first = await foundBrowser()
  await changeWays(await first.openTab(), OLD)
  await exchange(first, OLD, agent)
  const second = await secondBrowser(first, OLD, agent, true)
  const tab = await first.openUnlocked(OLD)
  await tab.kitChecked()
  const { ways } = await statusWhere(tab, (status) => status.ways.length === 2)
  const words = ways.find(({ kind }) => kind === 'phrase')
  assert.ok(words)
  await tab.removeWay(words.name, 'revoke')
  await tab[Symbol.asyncDispose]()
  await hear(second, first)

  const here = await second.openTab()
  await here.trustCopy()
  await assert.rejects(here.addWay(cheapPassphrase(NEW), 'Passphrase'), { code: 'root-replaced' })
  await assert.rejects(here.signInAgain(OLD), { code: 'ways-behind' })
  await exchange(first, OLD, agent)
  await exchange(second, OLD, agent)
  assert.deepEqual(await here.signInAgain(NEW), { kind: 'wrong-way-in', way: 'passphrase' })
  assert.equal(await here.signInAgain(OLD), undefined)
  await statusWhere(here, ({ rootReplaced }) => !rootReplaced)
  await here.addWay(cheapPassphrase(NEW), 'Passphrase')
  await here[Symbol.asyncDispose]()
  assert.ok((await second.unlock(NEW)).ok)
})

test('an agent that does not take them yet is asked again, and one that has them is left alone', async () => {
  const first = await foundBrowser()
  await changeWays(await first.openTab(), OLD)
  const puts: StoredWays[] = []
  let isReady = false
  const agent: WaysAgent = {
    put: (ways) => {
      if (!isReady) return Promise.reject(new CloudError('other-ways', 'Not yet.'))
      puts.push(ways)
      return Promise.resolve()
    },
    get: () => Promise.reject(new CloudError('no-ways', 'None.')),
  }
  const { between } = await exchangeOf(first, OLD)
  await between.withAgent('peer', agent)
  isReady = true
  for (let i = 0; i < 3; i++) await between.withAgent('peer', agent)
  assert.equal(puts.length, 1)
})

/** An agent that keeps what it is given. */
class Shelf implements WaysAgent {
  #ways: StoredWays | undefined

  put(ways: StoredWays): Promise<void> {
    this.#ways = ways
    return Promise.resolve()
  }

  get(): Promise<StoredWays> {
    return this.#ways === undefined ? Promise.reject(new CloudError('no-ways', 'None.')) : Promise.resolve(this.#ways)
  }
}

async function changeWays(tab: Awaited<ReturnType<Browser['openTab']>>, way: WayIn): Promise<void> {
  await tab.addWay(cheapPassphrase(way), 'Passphrase')
  await tab[Symbol.asyncDispose]()
}

async function exchangeOf({ keep, medium, unlock, kept }: Browser, way: WayIn) {
  const stored = await kept()
  const held = stored.protection === 'none' ? undefined : await unlock(way)
  assert.ok(held?.ok !== false)
  const { keys } = stored.protection === 'none' ? stored.secrets : (held?.value.secrets ?? assert.fail('locked'))
  const identity = await identityFrom(keys)
  const authority = await AuthorityLog.open((await kept()).profileId, createAuthorityStore(keep))
  const root = { alone: (work: () => Promise<void>) => work() }
  const between = new WaysExchange({ profile: { authority }, identity, medium, root, clock, onTaken: () => Promise.resolve() }) // prettier-ignore
  return { between, authority }
}

async function exchange(browser: Browser, way: WayIn, agent: WaysAgent): Promise<void> {
  await (await exchangeOf(browser, way)).between.withAgent('peer', agent)
}

/** The authority log, as the mesh would bring it. */
async function hear(to: Browser, from: Browser): Promise<void> {
  const logs = await Promise.all(
    [to, from].map(async ({ keep, kept }) => AuthorityLog.open((await kept()).profileId, createAuthorityStore(keep))),
  )
  await logs[0]?.take([...(logs[1]?.entries().values() ?? [])])
}

/** Signed in on `first`’s profile from what the agent keeps. */
async function secondBrowser(first: Browser, way: WayIn, agent: WaysAgent, opensByItself = false): Promise<Browser> {
  const second = await createBrowser()
  const { authority } = await exchangeOf(first, way)
  const found = await readWays(first.medium, slotSetsOf(authority))
  assert.ok(found.kind === 'found')
  const { profileId } = authority.state
  const copy = { profileId, ...(await agent.get()), entries: [...authority.entries().values()] }
  const member = { is: 'member', submit: (entries: readonly Uint8Array[]) => authority.take(entries) } as const
  const { keep, medium } = second
  const keys = await createDeviceKeys(dice)
  const parts = { keys, keep, medium, rng: dice, clock, deviceName: 'Second', agent: member, opensByItself }
  assert.ok((await signInFrom(copy, way, parts)).ok)
  return second
}
