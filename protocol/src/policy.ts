import { list, oneOf, text } from './codecs.ts'
import { EFFECTS } from './command.ts'
import type { AnyCommand, Effect } from './command.ts'
import type { CallerKind } from './grants.ts'
import { at, record } from './record.ts'

/** Commands by name (`job.run`), by subject (`job.*`) or by effect (`effect:spends`). */
export type PolicySubject = string

/** What the owner has settled for one device. The strictest rule that fits counts. */
export interface PolicyRule {
  readonly caller: CallerKind | 'anybody'
  readonly subject: PolicySubject
  readonly verdict: 'allow' | 'ask' | 'forbid'
}

/** Grants say who could; a policy takes away or asks first. Without a rule that fits, the grant decides. */
export interface Policy {
  readonly rules: readonly PolicyRule[]
}

const SUBJECT = /^(effect:[a-z]+|[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*){0,3}(\.\*)?)$/

export const policy = record<Policy>({
  rules: at(
    1,
    list(
      record<PolicyRule>({
        caller: at(1, oneOf<PolicyRule['caller']>({ anybody: 0, owner: 1, page: 2, device: 3 }), 'for whom'),
        subject: at(2, text(64, isSubject), 'a command, `subject.*`, or `effect:NAME`'),
        verdict: at(3, oneOf<PolicyRule['verdict']>({ allow: 1, ask: 2, forbid: 3 }), 'what happens then'),
      }),
      { max: 64 },
    ),
    'the rules; the strictest that fits counts',
  ),
})

export const OPEN_POLICY: Policy = { rules: [] }

function isSubject(subject: string): boolean {
  return SUBJECT.test(subject) && (!subject.startsWith('effect:') || EFFECTS.includes(subject.slice(7) as Effect))
}

export type PolicyVerdict = PolicyRule['verdict'] | 'unknown'

/** `unknown` when a rule that fits says something nobody knows: treat it as `forbid`. */
export function verdictOf(
  { rules }: Policy,
  caller: CallerKind,
  command: Pick<AnyCommand, 'name' | 'effect'>,
): PolicyVerdict {
  let worst: PolicyVerdict = 'allow'
  for (const rule of rules) {
    if (rule.caller !== 'anybody' && rule.caller !== caller) continue
    if (!fits(rule.subject, command)) continue
    const rank = STRICTNESS.indexOf(rule.verdict)
    if (rank === -1) return 'unknown'
    if (rank > STRICTNESS.indexOf(worst)) worst = rule.verdict
  }
  return worst
}

const STRICTNESS: readonly PolicyVerdict[] = ['allow', 'ask', 'forbid']

function fits(subject: PolicySubject, { name, effect }: Pick<AnyCommand, 'name' | 'effect'>): boolean {
  if (subject.endsWith('.*')) return name.startsWith(subject.slice(0, -1))
  return subject === name || subject === `effect:${effect}`
}
