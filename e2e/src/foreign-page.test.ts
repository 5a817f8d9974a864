import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BrowserContext } from 'playwright-core'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { attack, NO_LOOT, openSocket } from './foreign/attacks.ts'
import type { Loot } from './foreign/attacks.ts'
import { startReboundName } from './foreign/rebound-name.ts'
import { SECRET, startUnguardedServer } from './foreign/unguarded-server.ts'
import { createHome } from './home.ts'

interface Attacks {
  /** From an attacker's page, on another origin. */
  readonly foreign: Loot
  /** From an attacker's page whose name has come to mean this machine. */
  readonly rebound: Loot
}

test('a page on another origin and a rebound host name get nothing from an agent, and everything from an unguarded server', async () => {
  await using house = new AsyncDisposableStack()
  const agent = house.use(await startAgent(house.use(await createHome())))
  const unguarded = house.use(await startUnguardedServer())
  const victims = [unguarded.port, agent.home.port]
  const names = await Promise.all(victims.map(async (port) => house.use(await startReboundName(port))))
  const elsewhere = house.use(await startReboundName(unguarded.port))
  const rules = [
    `MAP attacker.example:80 127.0.0.1:${String(elsewhere.port)}`,
    ...names.map(({ port }, nth) => `MAP rebound.example:${String(victims[nth])} 127.0.0.1:${String(port)}`),
  ]
  const { context } = house.use(await launchChromium(undefined, rules))
  const attackPort = async (port: number): Promise<Attacks> => {
    const foreign = await attackFrom(context, 'http://attacker.example', `http://localhost:${String(port)}`)
    const origin = `http://rebound.example:${String(port)}`
    return { foreign, rebound: await attackFrom(context, origin, origin, () => names[victims.indexOf(port)]?.rebind()) }
  }

  const everywhere = { socket: 'open', script: 'loaded', image: 'loaded' }
  assert.deepEqual(await attackPort(unguarded.port), {
    foreign: { ...NO_LOOT, ...everywhere },
    rebound: { read: SECRET, write: SECRET, ...everywhere },
  })
  assert.equal(unguarded.writes, 2)
  assert.deepEqual(await attackPort(agent.home.port), { foreign: NO_LOOT, rebound: NO_LOOT })

  const own = await context.newPage()
  await own.goto(agent.page)
  assert.equal(await own.evaluate(openSocket, agent.page.replace('http:', 'ws:')), 'open')
})

async function attackFrom(
  context: BrowserContext,
  from: string,
  to: string,
  afterwards: () => void = () => undefined,
): Promise<Loot> {
  const page = await context.newPage()
  await page.goto(`${from}/`)
  afterwards()
  return attack(page, to)
}
