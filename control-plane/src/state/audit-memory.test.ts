import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auditHash } from '@cloudos/crypto/audit-chain'
import type { AuditTip } from '@cloudos/crypto/audit-chain'
import type { AuditEntry } from '@cloudos/protocol/audit'
import { findId, NO_HASH } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import { findLostEntries } from './audit-memory.ts'

const deviceId = findId('DeviceId', 'a'.repeat(32)) ?? assert.fail()

function chainOf(actions: readonly string[]): readonly AuditEntry[] {
  const chain: AuditEntry[] = []
  let prev: Hash = NO_HASH
  for (const [i, action] of actions.entries()) {
    const entry: AuditEntry = {
      ...{ seq: i + 1, prev, atMs: i, monotonicMs: i, actor: 'owner', channel: 'socket' },
      ...{ action, decision: 'allowed', reason: 'ok' },
    }
    prev = auditHash(entry)
    chain.push(entry)
  }
  return chain
}

function browser() {
  const kept = new Map<string, string>()
  const marks = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  }
  return (chain: readonly AuditEntry[], handedOver?: AuditTip) => {
    const last = chain.at(-1) ?? assert.fail()
    return findLostEntries(
      marks,
      deviceId,
      { tipSeq: last.seq, tipHash: auditHash(last) },
      ({ before = 0 }) => Promise.resolve({ entries: chain.filter(({ seq }) => seq < before).slice(-1) }),
      handedOver,
    )
  }
}

test('a browser that has seen an audit chain notices when its end is gone, and goes on noticing', async () => {
  const look = browser()
  const whole = chainOf(['open', 'down', 'open', 'down', 'open'])
  assert.equal(await look(whole.slice(0, 3)), undefined)
  assert.equal(await look(whole), undefined)
  assert.deepEqual(await look(whole.slice(0, 4)), { seenSeq: 5, kind: 'cut' })
  assert.deepEqual(await look(whole.slice(0, 2)), { seenSeq: 5, kind: 'cut' })
  assert.equal(await look(chainOf(['open', 'down', 'open', 'down', 'open', 'open', 'open'])), undefined)
})

test('a browser notices when what it has seen of an audit chain was written anew', async () => {
  const look = browser()
  assert.equal(await look(chainOf(['open', 'down', 'open'])), undefined)
  assert.deepEqual(await look(chainOf(['open', 'up', 'open'])), { seenSeq: 3, kind: 'rewritten' })
  assert.deepEqual(await look(chainOf(['open', 'up', 'open', 'open', 'open'])), { seenSeq: 3, kind: 'rewritten' })
})

test('a browser that has never looked is told what an audit chain lacks by what its device had handed to the others', async () => {
  const whole = chainOf(['open', 'down', 'open', 'down', 'open'])
  const handedOver = { seq: 4, hash: whole[4]?.prev ?? assert.fail() }
  assert.equal(await browser()(whole, handedOver), undefined)
  assert.deepEqual(await browser()(whole.slice(0, 3), handedOver), { seenSeq: 4, kind: 'cut', isHandedOver: true })
  const other = chainOf(['open', 'down', 'open', 'open', 'open'])
  assert.deepEqual(await browser()(other, handedOver), { seenSeq: 4, kind: 'rewritten', isHandedOver: true })
})
