import assert from 'node:assert/strict'
import { utf8 } from '@cloudos/protocol/bytes'
import { expectInLedger, ledgerSize, writeLedgerEntry } from '../../suite/ledger.ts'
import { createSeededRng } from '../../seeded-rng.ts'
import { drawFaults, PASSING_FAULTS } from '../http-faults.ts'
import { expectHeadIs, replaceOne, strike, told } from './behind-proxy.ts'
import type { BehindProxy } from './behind-proxy.ts'
import type { FaultCase } from './fault-case.ts'

/** No answer, a late one, and everything at once. */
export const LOST_ANSWER_CASES: readonly FaultCase[] = [
  {
    number: 38,
    sentence:
      'a line that breaks before a head is written, for good, leaves it unknown; reading again shows that it was not',
    async run(medium) {
      cutForGood(medium, 'cut-before')
      assert.equal(await replaceOne(medium), 'unknown')
      await expectHeadIs(medium, 'one')
    },
  },
  {
    number: 38,
    sentence:
      'a server that takes a head and says nothing until one gives up leaves it unknown, and has not written it',
    run: (medium) => giveUp(medium, false),
  },
  {
    number: 39,
    sentence: 'a line that breaks once a head is written, for good, leaves it unknown; reading again shows that it was',
    async run(medium) {
      cutForGood(medium, 'cut-after')
      assert.equal(await replaceOne(medium), 'unknown')
      await expectHeadIs(medium, 'two')
    },
  },
  {
    number: 39,
    sentence: 'a server that writes a head and says nothing until one gives up leaves it unknown, or it is found',
    run: (medium) => giveUp(medium, true),
  },
  {
    number: 40,
    sentence: 'a write that arrives late does not go over what was written meanwhile',
    async run(medium) {
      strike(medium, { kind: 'late' }, medium.dialect.decides, 1)
      const outcome = await replaceOne(medium)
      assert.ok(['unknown', 'medium-unreachable'].includes(outcome), outcome)
      medium.proxy.fault = () => undefined
      assert.equal(await medium.store.casHead('head', utf8('three'), medium.version), 'ok')
      await medium.proxy.deliverLate()
      await expectHeadIs(medium, 'three')
    },
  },
  {
    number: 60,
    sentence: 'nothing acknowledged is lost while two writers meet all faults at random',
    async run(medium) {
      for (let seed = 1; seed <= 2; seed++) {
        const stores = [await medium.open(), await medium.open()]
        const rng = createSeededRng(seed)
        drawFaults(medium.proxy, PASSING_FAULTS, 0.12, rng)
        const drawn = medium.proxy.fault
        // Ids never come twice: nothing between us and Google may keep an answer.
        medium.proxy.fault = (request) => {
          const fault = drawn(request)
          return fault?.kind === 'stale' && request.path.includes('generateIds') ? undefined : fault
        }
        const acknowledged = await Promise.all(
          stores.map(async (store, writer) => {
            const names = []
            for (let index = 0; index < 4; index++)
              names.push(await writeLedgerEntry(store, `${String(seed)} ${String(writer)} wrote ${String(index)}`))
            return names
          }),
        )
        medium.proxy.fault = () => undefined
        await medium.proxy.deliverLate()
        const past = await medium.openPast()
        await expectInLedger(past, acknowledged.flat())
        assert.equal(await ledgerSize(past), 8 * seed)
      }
    },
  },
]

/** From the request on that decides. */
function cutForGood({ proxy, dialect }: BehindProxy, kind: 'cut-before' | 'cut-after'): void {
  let isOver = false
  proxy.fault = (request) => {
    isOver ||= dialect.decides(request)
    return isOver ? { kind } : undefined
  }
}

/** The client gives up at the moment at which the server has it: no test waits for the time that this takes. */
async function giveUp(medium: BehindProxy, reaches: boolean): Promise<void> {
  const patience = new AbortController()
  const held = (): void => {
    patience.abort(new DOMException('no answer', 'TimeoutError'))
  }
  const impatient = await medium.open({
    fetch: (input, init) => {
      const signals = [init?.signal, patience.signal].filter((signal) => signal !== null && signal !== undefined)
      return fetch(input, { ...init, signal: AbortSignal.any(signals) })
    },
  })
  strike(medium, { kind: 'silent', reaches, held }, medium.dialect.decides, 1)
  assert.equal(await told(impatient.casHead('head', utf8('two'), medium.version)), 'unknown')
  await expectHeadIs(medium, reaches ? 'two' : 'one')
}
