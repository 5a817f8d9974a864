import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import { OWN_DISK } from './spoken-domains.ts'
import { SafetyDesk } from './safety-desk.ts'

const place = (mediumId: string, failureDomain: string, change: Partial<MediumView> = {}): MediumView => ({
  ...{ mediumId, failureDomain, where: '/stick', gen: 7, behind: 0 },
  kind: 'folder',
  credential: 'not-needed',
  state: 'kept',
  ...change,
})

function deskOver(media: readonly MediumView[]): SafetyDesk {
  return new SafetyDesk({
    media: { list: () => Promise.resolve(media), reached: () => new Map() },
    others: { learnWays: () => Promise.resolve(), keepsWays: () => false },
    clock: { nowMs: () => 0 },
    mesh: { deviceId: idFromBytes('DeviceId', new Uint8Array(16)), profile: undefined },
    jobs: { list: () => [] },
    ways: { find: () => undefined, put: () => undefined },
  })
}

const OWN = place('device', 'disk 1', { kind: 'device', gen: 0 })

test('a copy is given up only by a second word when fewer than two separate places would be left', async () => {
  const [stick, twin] = [place('aa', 'disk 2'), place('bb', 'disk 2')]
  await assert.rejects(deskOver([OWN, stick]).mustHoldWithout('aa'), { code: 'not-safe-without' })
  await deskOver([OWN, stick, twin]).mustHoldWithout('aa')
  await assert.rejects(deskOver([OWN, stick, place('bb', 'disk 1')]).mustHoldWithout('aa'), {
    code: 'not-safe-without',
  })
})

test('a copy that is behind, away, doubted or still empty is no place that holds everything', async () => {
  for (const change of [{ behind: 1 }, { state: 'away' }, { state: 'doubted' }, { gen: 0 }] as const)
    assert.deepEqual((await deskOver([OWN, place('aa', 'disk 2', change)]).now()).domains, [OWN_DISK])
  assert.equal((await deskOver([OWN, place('aa', 'disk 2')]).now()).isSafe, true)
})
