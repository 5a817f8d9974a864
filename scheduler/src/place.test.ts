import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeviceId } from '@cloudos/protocol/ids'
import { idFromBytes, idSizeBytes } from '@cloudos/protocol/ids'
import { createRandom } from '@cloudos/protocol/testing/random'
import type { Random } from '@cloudos/protocol/testing/random'
import { encodeBounded } from './bound-snapshot.ts'
import { findMisfits } from './misfit.ts'
import { encodeSnapshot, parseSnapshot } from './place-snapshot.ts'
import type { Candidate, DeviceOffer, JobNeeds, PlacementSnapshot } from './place-snapshot.ts'
import { misfitText, readWhy, scoreText, whyRows } from './place-text.ts'
import { placeJob } from './place.ts'
import { scoreOf, SCORE_PARTS, WEIGHTS } from './score.ts'

const NOW = 1_767_225_600_000
const ROUNDS = 2_000
const JOB: JobNeeds = { memoryMiB: 64, diskMiB: 1, wallMs: 60_000, minTier: 1 }
const OFFER: DeviceOffer = {
  expiresAtMs: NOW + 1,
  os: 'linux',
  arch: 'x64',
  cores: 4,
  memory: { totalMiB: 8_192, freeMiB: 4_096 },
  disk: { totalMiB: 100_000, freeMiB: 50_000 },
  runtimes: [{ name: 'node', version: '24' }],
  singleCoreMops: 500,
}

function deviceId(n: number): DeviceId {
  return idFromBytes('DeviceId', new Uint8Array(idSizeBytes('DeviceId')).fill(n))
}

function agent(n: number, more: Partial<Candidate> = {}): Candidate {
  const fixed = { class: 'agent', presence: 'online', activeJobs: 0, isForbidden: false, offer: OFFER } as const
  return { deviceId: deviceId(n), name: `box-${String(n)}`, certificateEndsMs: NOW + 1e9, ...fixed, ...more }
}

function snapshotOf(candidates: readonly Candidate[], job: Partial<JobNeeds> = {}, seed = 1): PlacementSnapshot {
  return { atMs: NOW, seed, job: { ...JOB, ...job }, candidates }
}

function drawOffer(random: Random): DeviceOffer {
  return {
    expiresAtMs: NOW + random.below(8),
    os: random.pick(['linux', 'macos', 'windows']),
    arch: random.pick(['x64', 'arm64']),
    cores: 1 + random.below(4),
    memory: { totalMiB: 512, freeMiB: random.below(8) * 64 },
    disk: { totalMiB: 8, freeMiB: random.below(9) },
    runtimes: random.pick([[], [{ name: 'python3', version: '3.11' }]]),
    ...random.pick<Partial<DeviceOffer>>([{}, { tier: 1 }, { tier: 2 }]),
    ...random.pick<Partial<DeviceOffer>>([{}, { isMetered: true }, { isMetered: false }]),
    ...random.pick<Partial<DeviceOffer>>([{}, { isOnMains: true }, { isOnMains: false }]),
    ...random.pick<Partial<DeviceOffer>>([{}, { singleCoreMops: 300 }, { singleCoreMops: 900 }]),
  }
}

function draw(random: Random): PlacementSnapshot {
  const candidates = Array.from({ length: random.below(8) }, (_, n): Candidate => ({
    ...agent(n),
    class: random.pick(['agent', 'agent', 'agent', 'browser', 'vault']),
    presence: random.pick(['here', 'online', 'online', 'offline', 'removed']),
    certificateEndsMs: NOW + random.below(8) * 40_000,
    activeJobs: random.pick([0, 1, 3, 64]),
    isForbidden: random.below(6) === 0,
    offer: drawOffer(random),
  })).map(({ offer, ...rest }) => (random.below(6) === 0 || offer === undefined ? rest : { ...rest, offer }))
  const job: Partial<JobNeeds> = {
    memoryMiB: 32 + random.below(128),
    diskMiB: random.below(3),
    minTier: random.pick([0, 1, 1, 2]),
    ...random.pick([{}, {}, { systems: ['linux', 'macos'] }] as const),
    ...random.pick([{}, {}, { archs: ['x64'] }] as const),
    ...random.pick([{}, {}, { runtimes: ['python3'] }] as const),
  }
  return snapshotOf(candidates, job, random.below(2 ** 32))
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  return items
    .map((item) => ({ item, at: random.below(1e9) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

/** Written again without looking: what may take the job, by plain conditions. */
function mayTake({ offer, ...device }: Candidate, { job, atMs }: PlacementSnapshot): boolean {
  return (
    device.class === 'agent' &&
    (device.presence === 'here' || device.presence === 'online') &&
    !device.isForbidden &&
    device.activeJobs < 64 &&
    device.certificateEndsMs > atMs + job.wallMs &&
    offer !== undefined &&
    offer.expiresAtMs > atMs &&
    offer.memory.freeMiB >= job.memoryMiB &&
    offer.disk.freeMiB >= job.diskMiB &&
    (job.minTier <= 1 || (offer.tier ?? 0) >= job.minTier) &&
    (job.systems ?? [offer.os]).includes(offer.os) &&
    (job.archs ?? [offer.arch]).includes(offer.arch) &&
    (job.runtimes ?? []).every((name) => offer.runtimes.map((runtime) => runtime.name).includes(name))
  )
}

function eachDrawn(check: (snapshot: PlacementSnapshot, random: Random) => void): void {
  for (let seed = 0; seed < ROUNDS; seed++) {
    const random = createRandom(seed)
    check(draw(random), random)
  }
}

test('a job is never placed on a device that does not fit, and always on one that does where there is one', () => {
  let placed = 0
  eachDrawn((snapshot) => {
    const plan = placeJob(snapshot)
    const able = snapshot.candidates.filter((candidate) => mayTake(candidate, snapshot)).map((one) => one.deviceId)
    assert.deepEqual(
      plan.verdicts.filter(({ fits }) => fits).map((verdict) => verdict.deviceId),
      able,
    )
    if (plan.chosen === undefined) assert.equal(able.length, 0)
    else assert.ok(able.includes(plan.chosen))
    if (plan.chosen !== undefined) placed++
  })
  assert.ok(placed > ROUNDS / 10 && placed < ROUNDS, String(placed))
})

test('the choice is the one that sorting every device by its score makes', () => {
  eachDrawn((snapshot) => {
    const { chosen } = placeJob(snapshot)
    const best = snapshot.candidates
      .flatMap((candidate) =>
        mayTake(candidate, snapshot) && candidate.offer !== undefined
          ? [{ candidate, total: scoreOf(candidate, candidate.offer, snapshot.job).total }]
          : [],
      )
      .toSorted((a, b) => b.total - a.total)
    const equals = best.filter(({ total }) => total === best[0]?.total).map(({ candidate }) => candidate.deviceId)
    assert.ok(chosen === undefined ? equals.length === 0 : equals.includes(chosen))
  })
})

test('the same snapshot gives the same plan, kept and read again, in whatever order the devices stand', () => {
  eachDrawn((snapshot, random) => {
    const plan = placeJob(snapshot)
    const kept = parseSnapshot(encodeSnapshot(snapshot))
    assert.deepEqual(kept, { ok: true, value: snapshot })
    assert.deepEqual(kept.ok && placeJob(kept.value), plan)
    const other = placeJob({ ...snapshot, candidates: shuffled(snapshot.candidates, random) })
    assert.equal(other.chosen, plan.chosen)
  })
})

test('a snapshot that is kept within a bound gives the same choice, and says how many devices it leaves out', () => {
  eachDrawn((snapshot, random) => {
    const whole = encodeSnapshot(snapshot)
    const { chosen } = placeJob(snapshot)
    const one = encodeSnapshot({
      ...snapshot,
      candidates: snapshot.candidates.filter(({ deviceId: id }) => id === chosen),
      leftOut: snapshot.candidates.length,
    })
    const maxBytes = one.length + random.below(Math.max(1, whole.length - one.length + 100))
    const kept = encodeBounded(snapshot, maxBytes)
    assert.ok(kept.length <= maxBytes)
    const parsed = parseSnapshot(kept)
    assert.ok(parsed.ok)
    assert.equal(placeJob(parsed.value).chosen, chosen)
    assert.equal(parsed.value.candidates.length + (parsed.value.leftOut ?? 0), snapshot.candidates.length)
    const why = readWhy(kept)
    assert.ok(why.ok)
    assert.equal(why.value.more !== undefined, kept !== whole)
  })
})

test('adding a device, memory or disk never unplaces a job', () => {
  eachDrawn((snapshot, random) => {
    if (placeJob(snapshot).chosen === undefined) return
    const [added] = draw(random).candidates
    const more = added === undefined ? [] : [{ ...added, deviceId: deviceId(200) }]
    const roomier = snapshot.candidates.map((candidate) =>
      candidate.offer === undefined
        ? candidate
        : { ...candidate, offer: { ...candidate.offer, memory: { totalMiB: 1024, freeMiB: 512 } } },
    )
    assert.notEqual(placeJob({ ...snapshot, candidates: [...snapshot.candidates, ...more] }).chosen, undefined)
    assert.notEqual(placeJob({ ...snapshot, candidates: roomier }).chosen, undefined)
  })
})

test('scores lie between 0 and 1, and their weights add up to 1', () => {
  const sum = SCORE_PARTS.reduce((total, part) => total + WEIGHTS[part], 0)
  assert.ok(Math.abs(sum - 1) < 1e-9)
  eachDrawn((snapshot) => {
    for (const verdict of placeJob(snapshot).verdicts)
      if (verdict.fits)
        for (const value of [verdict.score.total, ...Object.values(verdict.score.parts)])
          assert.ok(value >= 0 && value <= 1, scoreText(verdict.score))
  })
})

test('devices that are equally good share the jobs by the seed', () => {
  const chosen = new Map<DeviceId | undefined, number>()
  for (let seed = 0; seed < 3_000; seed++) {
    const plan = placeJob(snapshotOf([agent(1), agent(2), agent(3)], {}, seed))
    chosen.set(plan.chosen, (chosen.get(plan.chosen) ?? 0) + 1)
  }
  assert.equal(chosen.size, 3)
  for (const count of chosen.values()) assert.ok(count > 800 && count < 1_200, String([...chosen.values()]))
})

test('every reason why not has its words', () => {
  const cases: readonly (readonly [candidate: Partial<Candidate>, job: Partial<JobNeeds>, text: string])[] = [
    [{ presence: 'removed' }, {}, 'was removed from the profile'],
    [{ class: 'browser' }, {}, 'is a browser and runs no jobs'],
    [{ class: 'vault' }, {}, 'only keeps copies and runs no jobs'],
    [{ presence: 'offline' }, {}, 'is offline'],
    [{ isForbidden: true }, {}, 'its policy forbids jobs of other devices'],
    [{ offer: { ...OFFER, expiresAtMs: NOW } }, {}, 'what it said it can do has lapsed'],
    [{ certificateEndsMs: NOW + 60_000 }, {}, 'its certificate ends before the job has to'],
    [{ activeJobs: 64 }, {}, 'has 64 jobs already'],
    [{}, { systems: ['macos'] }, 'runs linux'],
    [{}, { archs: ['arm64'] }, 'is x64'],
    [{}, { minTier: 2 }, 'holds programs in tier 1; tier 2 is asked for'],
    [{}, { memoryMiB: 4_100 }, '4 MiB of memory short'],
    [{}, { diskMiB: 50_007 }, '7 MiB of disk short'],
    [{}, { runtimes: ['python3'] }, 'has no python3'],
    [{}, { archs: ['arm64'], memoryMiB: 4_097 }, 'is x64; 1 MiB of memory short'],
  ]
  for (const [candidate, job, text] of cases) {
    const device = agent(1, candidate)
    assert.equal(
      findMisfits(device, snapshotOf([device], job))
        .map(misfitText)
        .join('; '),
      text,
    )
  }
  const { offer: _, ...unheard } = agent(1)
  assert.deepEqual(findMisfits(unheard, snapshotOf([unheard])), [{ kind: 'not-heard' }])
})

test('why here and why not there is told for every device, the chosen one first', () => {
  const plan = placeJob(
    snapshotOf([agent(1, { presence: 'offline' }), agent(2, { activeJobs: 4 }), agent(3, { presence: 'here' })]),
  )
  assert.deepEqual(
    whyRows(plan).map(({ name, verdict, text }) => [name, verdict, text]),
    [
      ['box-3', 'chosen', '0.923: idle 1, room in memory 0.984, room on disk 1, speed 0.5, power 1, link 1, near 1'],
      ['box-2', 'fits', '0.573: idle 0.5, room in memory 0.984, room on disk 1, speed 0.5, power 1, link 1, near 0'],
      ['box-1', 'does-not-fit', 'is offline'],
    ],
  )
})

test('what is no snapshot is refused', () => {
  for (const kept of ['', '{', 'null', '[]', '{}', '{"atMs":-1}']) assert.equal(parseSnapshot(kept).ok, false, kept)
  const twice = encodeSnapshot(snapshotOf([agent(1), agent(1)]))
  assert.equal(parseSnapshot(twice).ok, false)
})
