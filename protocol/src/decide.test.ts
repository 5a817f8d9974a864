import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnyCommand } from './command.ts'
import { EFFECTS } from './command.ts'
import { decide } from './decide.ts'
import type { Question } from './decide.ts'
import { GRANTS_BY_CALLER } from './grants.ts'
import type { Hash } from './ids.ts'
import { COMMANDS } from './registry.ts'
import { NAMED } from './resource.ts'
import { createRandom } from './testing/random.ts'

const H = (n: number) => String(n).repeat(64) as Hash

/**
 * The slow oracle: what a grant reaches is every pair of a resource's name and an act, written out; everything else is asked for a plain
 * yes. It shares no line with `decide`.
 */
function oracle(q: Record<string, unknown>): string {
  const { caller, command, grants, policy, requestHash, approval, budget, nowMs } = q as unknown as Question
  const kind: unknown = caller ? caller.kind : undefined
  if (!(kind === 'owner' || kind === 'page' || kind === 'device')) return 'no-identity'
  const known = ['reads', 'writes', 'leaves', 'spends', 'controls']
  if (!command || known.filter((effect) => effect === command.effect).length !== 1) return 'no-such-command'
  const reach = new Set<string>()
  for (const { resource, acts } of Array.isArray(grants) ? (grants as NonNullable<Question['grants']>) : []) {
    const [type = '', name = ''] = resource.split(':')
    if (!(NAMED as readonly string[]).includes(type)) continue
    for (const act of acts) {
      reach.add(`${type}:${name} ${act}`)
      if (name === '*') for (const each of ['a', 'b']) reach.add(`${type}:${each} ${act}`)
    }
  }
  if (!reach.has(`${command.grant.resource} ${command.grant.act}`)) return 'no-grant'
  const type = command.grant.resource.split(':')[0] ?? ''
  const isKey = kind === 'owner' && ['policy', 'approval'].includes(type)
  if (!isKey && (!policy || !Array.isArray(policy.rules))) return 'forbidden-by-policy'
  const said = (isKey ? [] : (policy?.rules ?? []))
    .filter((rule) => [kind, 'anybody'].includes(rule.caller))
    .filter(({ subject }) => {
      const parts = command.name.split('.')
      const spellings = [command.name, `effect:${command.effect}`]
      for (let i = 1; i < parts.length; i++) spellings.push([...parts.slice(0, i), '*'].join('.'))
      return spellings.includes(subject)
    })
    .map(({ verdict }): string => verdict)
  if (said.some((verdict) => verdict !== 'allow' && verdict !== 'ask')) return 'forbidden-by-policy'
  let yes = 'yes'
  if (said.includes('ask')) {
    if (approval === undefined) return 'approval-needed'
    const isFresh = approval.expiresAtMs > nowMs
    if (!(isFresh && !approval.isUsed && requestHash && approval.requestHash === requestHash)) return 'approval-invalid'
    yes = `yes ${approval.approvalId}`
  }
  if (!Array.isArray(budget)) return 'over-budget'
  for (const { max, used } of budget) if (!(max - used > 0)) return 'over-budget'
  return yes
}

test('over 100,000 drawn callers, grants, commands and policies the decision is what a slow oracle says', () => {
  const random = createRandom(7)
  const below = (n: number) => random.below(n)
  const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T
  const some = <T>(max: number, draw: () => T): T[] => Array.from({ length: below(max + 1) }, draw)
  const nothings: readonly unknown[] = [undefined, null, false, 0, '']
  const orNothing = (value: unknown): unknown => (below(40) === 0 ? pick(nothings) : value)
  const command = (): Pick<AnyCommand, 'name' | 'effect' | 'grant'> => {
    const real = pick(COMMANDS)
    if (below(2) === 0) return real
    const resource = `${pick(NAMED)}:${pick(['*', 'a', 'b'])}`
    const effect = below(30) === 0 ? ('unknown' as 'reads') : pick(EFFECTS)
    return {
      name: pick(['job.run', 'job', 'jobs.run', real.name]),
      effect,
      grant: { resource, act: pick(['read', 'write', 'control']) },
    }
  }
  const outcomes = new Map<string, number>()
  for (let i = 0; i < 100_000; i++) {
    const asked = command()
    const kind = pick(['owner', 'page', 'device'] as const)
    const [type = ''] = asked.grant.resource.split(':')
    const given = () => ({
      resource: `${pick([type, pick(NAMED), 'usb'])}:${pick(['*', 'a', 'b'])}`,
      acts: some(3, () => pick([asked.grant.act, 'read', 'run'])),
    })
    const rule = () => ({
      caller: pick([kind, 'anybody', 'owner', 'page', 'device']),
      subject: pick([asked.name, `${asked.name.split('.')[0] ?? ''}.*`, `effect:${asked.effect}`, 'job.*', 'x']),
      verdict: pick(['allow', 'allow', 'ask', 'ask', 'forbid', 'perhaps']),
    })
    const question = {
      caller: orNothing(below(30) === 0 ? { kind: 'stranger' } : { kind }),
      command: orNothing(asked),
      grants: orNothing(below(3) === 0 ? some(3, given) : [...GRANTS_BY_CALLER[kind], given()]),
      policy: orNothing({ rules: orNothing(some(2, rule)) }),
      nowMs: 100,
      budget: orNothing(some(2, () => ({ max: pick([0, 1, 9, NaN]), used: pick([0, 1, 9]) }))),
      ...(below(8) > 0 && { requestHash: H(below(2)) }),
      ...(below(4) > 0 && {
        approval: {
          approvalId: 'a',
          requestHash: H(below(2)),
          expiresAtMs: pick([99, 100, 101, 500]),
          isUsed: below(4) === 0,
        },
      }),
    }
    const decision = decide(question as unknown as Question)
    const said = decision.allow ? ['yes', decision.approvalId].filter(Boolean).join(' ') : decision.why
    assert.equal(said, oracle(question), JSON.stringify(question))
    outcomes.set(said, (outcomes.get(said) ?? 0) + 1)
  }
  assert.equal(outcomes.size, 9, 'every outcome was drawn')
})

test('false, null, a missing part and a word nobody knows all deny', () => {
  const whole: Question = {
    caller: { kind: 'owner' },
    command: { name: 'status', effect: 'reads', grant: { resource: 'agent:*', act: 'read' } },
    grants: GRANTS_BY_CALLER.owner,
    policy: { rules: [] },
    budget: [],
    nowMs: 0,
  }
  assert.deepEqual(decide(whole), { allow: true })
  for (const part of ['caller', 'command', 'grants', 'policy', 'budget'])
    for (const nothing of [undefined, null, false, {}, 'yes', true])
      assert.equal(decide({ ...whole, [part]: nothing }).allow, false, `${part} ${JSON.stringify(nothing)}`)
})
