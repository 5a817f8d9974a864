import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDice } from '@cloudos/crypto/testing/seeded'
import type { Dice } from '@cloudos/crypto/testing/seeded'
import { LIMITS } from '@cloudos/protocol/limits'
import { grown, tellAll, Watcher } from '../testing/shown-media.ts'
import type { Face } from '../testing/shown-media.ts'
import { LAG_MAX_MS } from './lie.ts'
import { thinned } from './thinned.ts'

const HISTORIES = 300

function watchersOf(dice: Dice): readonly Watcher[] {
  return Array.from({ length: 2 + dice.below(3) }, () => new Watcher(dice))
}

/** One save: what is shown is looked at, and the next head is written over it. */
function save(watcher: Watcher, face: Face, dice: Dice, nowMs: number): Face {
  const next = grown(face, dice)
  watcher.take(face, nowMs)
  watcher.take(next, nowMs)
  return next
}

test('an honest medium never raises an alarm, whoever was away, however late words arrive and however it lags', () => {
  for (let seed = 0; seed < HISTORIES; seed++) {
    const dice = createDice(seed)
    const watchers = watchersOf(dice)
    const words: { readonly from: Watcher; readonly said: Watcher['own'] }[] = []
    const newestHeard = new Map<string, number>()
    const writtenAtMs: number[] = []
    let [face, nowMs]: [Face, number] = [[], 0]
    for (let step = 0; step < 200; step++) {
      nowMs += dice.below(LAG_MAX_MS / 2)
      const watcher = watchers[dice.below(watchers.length)] ?? assert.fail()
      switch (dice.below(4)) {
        case 0:
          words.push({ from: watcher, said: watcher.own })
          break
        case 1: {
          // However late; what comes after a newer word of the same device is not heard.
          const at = dice.below(Math.max(1, words.length))
          const [word, between] = [words[at], `${words[at]?.from.deviceId ?? ''} to ${watcher.deviceId}`]
          if (word === undefined || word.from === watcher || at < (newestHeard.get(between) ?? 0)) break
          newestHeard.set(between, at)
          watcher.hear(word.from, word.said, nowMs)
          break
        }
        case 2: {
          // Heads that are not everywhere yet may be missing; the one's own are not.
          const own = watcher.own.heads.at(-1)?.gen ?? 0
          const lagging = face.filter(({ gen }, at) => gen <= own || nowMs - (writtenAtMs[at] ?? 0) >= LAG_MAX_MS)
          const finding = watcher.look(lagging, nowMs)
          assert.ok(finding === undefined || finding.kind === 'behind', `seed ${String(seed)}, step ${String(step)}`)
          break
        }
        default:
          assert.equal(watcher.look(face, nowMs), undefined, `seed ${String(seed)}, step ${String(step)}`)
          face = save(watcher, face, dice, nowMs)
          writtenAtMs[face.length - 1] = nowMs
      }
    }
    nowMs = tellAll(watchers, nowMs)
    for (const watcher of watchers) assert.equal(watcher.look(face, nowMs), undefined)
  }
})

test('whatever a device was told long ago and is older than what is shown raises no alarm', () => {
  const dice = createDice(2)
  const [away, busy] = [new Watcher(dice), new Watcher(dice)]
  let face: Face = []
  for (let gen = 1; gen <= 50; gen++) face = save(gen <= 10 ? away : busy, face, dice, 0)
  busy.hear(away, away.own, 0)
  assert.equal(busy.look(face, 100 * LAG_MAX_MS), undefined)
})

test('any two histories that a medium shows to devices are found out by one of them once they have talked, and the owner’s word ends it for all', () => {
  for (let seed = 0; seed < HISTORIES; seed++) {
    const dice = createDice(seed)
    const watchers = watchersOf(dice)
    let past: Face = []
    for (let steps = dice.below(80); steps > 0; steps--)
      past = save(watchers[dice.below(watchers.length)] ?? assert.fail(), past, dice, 0)
    const faces: [Face, Face] = [past, past]
    const sides = watchers.map((_, at) => (at < 2 ? at : dice.below(2)) as 0 | 1)
    // The first two are shown a face each; at least one of these grows.
    const edits = 1 + dice.below(dice.below(4) === 0 ? 1_000 : 40)
    for (let step = 0; step < edits; step++) {
      const at = step < 1 ? dice.below(2) : dice.below(watchers.length)
      const side = sides[at] ?? assert.fail()
      faces[side] = save(watchers[at] ?? assert.fail(), faces[side], dice, 0)
    }
    const nowMs = tellAll(watchers, 0)
    const findings = watchers.map((watcher, at) => watcher.look(faces[sides[at] ?? 0], nowMs))
    const alarmed = findings.findIndex((finding) => finding !== undefined && finding.kind !== 'behind')
    assert.notEqual(alarmed, -1, `seed ${String(seed)}`)
    assert.ok(findings[alarmed]?.deviceId !== undefined, 'it says who was shown otherwise')

    const trusted = (watchers[alarmed] ?? assert.fail()).trust(faces[sides[alarmed] ?? 0], dice, nowMs)
    const laterMs = tellAll(watchers, nowMs)
    for (const watcher of watchers) {
      assert.equal(watcher.look(trusted, laterMs), undefined, `seed ${String(seed)}`)
      watcher.take(trusted, laterMs)
    }
    const goesOn = save(watchers[0] ?? assert.fail(), trusted, dice, laterMs)
    const muchLaterMs = tellAll(watchers, laterMs)
    for (const watcher of watchers) assert.equal(watcher.look(goesOn, muchLaterMs), undefined, `seed ${String(seed)}`)
  }
})

test('a device that tells lies is named, is outbid by the owner’s word, and cannot use up the generations there are', () => {
  const dice = createDice(3)
  const [victim, liar] = [new Watcher(dice), new Watcher(dice)]
  let face: Face = []
  for (let gen = 1; gen <= 20; gen++) face = save(victim, face, dice, 0)
  for (const gen of [7, 1_000, 90_000_000]) {
    const nowMs = LAG_MAX_MS
    victim.hear(liar, { heads: grown([], dice, (face.at(-1)?.gen ?? 0) + gen), settled: 0 }, 0)
    assert.deepEqual(victim.look(face, nowMs), { kind: 'rolled-back', deviceId: liar.deviceId })
    face = victim.trust(face, dice, nowMs)
    assert.equal(victim.look(face, nowMs), undefined)
  }
  victim.hear(liar, { heads: grown([], dice, Number.MAX_SAFE_INTEGER), settled: Number.MAX_SAFE_INTEGER }, 0)
  assert.equal(victim.look(face, LAG_MAX_MS), undefined, 'nobody can have been shown that')
})

test('of a long history a device remembers few heads, the newest all, and other devices the same of the older ones', () => {
  const dice = createDice(4)
  const hash = grown([], dice).at(0)?.hash ?? assert.fail()
  const all = Array.from({ length: 5_000 }, (_, at) => ({ gen: at + 1, hash }))
  const gensAt = (newest: number): readonly number[] => thinned(all.slice(0, newest)).map(({ gen }) => gen)
  assert.deepEqual(gensAt(5_000).slice(-16), all.slice(-16).map(({ gen }) => gen)) // prettier-ignore
  assert.ok(gensAt(5_000).length < LIMITS.sightedHeadsMax / 4)
  assert.ok(gensAt(5_000).filter((gen) => gensAt(4_000).includes(gen)).length > 8)
})
