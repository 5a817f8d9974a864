import type { CallerKind } from '@cloudos/protocol/grants'
import type { Policy, PolicyRule } from '@cloudos/protocol/policy'

export type Verdict = PolicyRule['verdict']

/** Commands that a person thinks of as one thing, and who may ask for them at all. */
export interface CommandClass {
  readonly label: string
  readonly subjects: readonly string[]
  readonly askers: readonly CallerKind[]
}

/** Reading what it is and does is left out: without it no page could show this one. */
export const COMMAND_CLASSES: readonly CommandClass[] = [
  { label: 'Run a job', subjects: ['job.run', 'job.offer'], askers: ['page', 'device', 'owner'] },
  { label: 'Stop a job', subjects: ['job.cancel'], askers: ['page', 'device', 'owner'] },
  { label: 'Rename devices', subjects: ['device.rename'], askers: ['page', 'owner'] },
  { label: 'Invite a device, and let it in', subjects: ['pair.invite', 'pair.admit'], askers: ['page', 'owner'] },
  { label: 'Add and remove copies', subjects: ['storage.add', 'storage.remove'], askers: ['page', 'owner'] },
  { label: 'Lend leave by tokens', subjects: ['token.issue'], askers: ['page', 'owner'] },
  { label: 'Take out the audit trail', subjects: ['audit.export'], askers: ['page', 'owner'] },
  { label: 'End the agent', subjects: ['down'], askers: ['owner'] },
]

export const ASKERS: readonly { readonly kind: CallerKind; readonly title: string; readonly says: string }[] = [
  { kind: 'page', title: 'My browsers', says: 'Pages of this profile, this one too.' },
  { kind: 'device', title: 'My other devices', says: 'Agents of this profile, which ask by themselves.' },
  { kind: 'owner', title: 'The terminal', says: 'The cloudos command on the machine itself.' },
]

export const VERDICTS: readonly { readonly value: Verdict; readonly label: string }[] = [
  { value: 'allow', label: 'Allow' },
  { value: 'ask', label: 'Ask me' },
  { value: 'forbid', label: 'Never' },
]

const STRICTNESS: readonly Verdict[] = ['allow', 'ask', 'forbid']

/** What was chosen for this asker and this class; the strictest when its commands are told apart. */
export function chosenIn({ rules }: Policy, asker: CallerKind, { subjects }: CommandClass): Verdict {
  return rules
    .filter((rule) => rule.caller === asker && subjects.includes(rule.subject))
    .map(({ verdict }) => verdict)
    .reduce((worst, verdict) => (STRICTNESS.indexOf(verdict) > STRICTNESS.indexOf(worst) ? verdict : worst), 'allow')
}

/** The same policy with this choice instead of the one before. */
export function withChoice(policy: Policy, asker: CallerKind, { subjects }: CommandClass, verdict: Verdict): Policy {
  const others = policy.rules.filter((rule) => rule.caller !== asker || !subjects.includes(rule.subject))
  const chosen = subjects.map((subject) => ({ caller: asker, subject, verdict }))
  return { rules: verdict === 'allow' ? others : [...others, ...chosen] }
}

/** Rules that no choice on the page stands for. They count too, and the strictest that fits decides. */
export function otherRules({ rules }: Policy): readonly PolicyRule[] {
  return rules.filter(({ caller, subject }) => {
    const choice = COMMAND_CLASSES.find(({ subjects }) => subjects.includes(subject))
    return choice === undefined || !choice.askers.some((asker) => asker === caller)
  })
}

export function withoutRule({ rules }: Policy, { caller, subject, verdict }: PolicyRule): Policy {
  return {
    rules: rules.filter((rule) => rule.caller !== caller || rule.subject !== subject || rule.verdict !== verdict),
  }
}

export function ruleText({ caller, subject, verdict }: PolicyRule): string {
  const who = caller === 'anybody' ? 'Anybody' : (ASKERS.find(({ kind }) => kind === caller)?.title ?? caller)
  const then = { allow: 'allowed', ask: 'asked about first', forbid: 'never done' }[verdict]
  return `${who}: ${subjectText(subject)} ${subject.startsWith('effect:') || subject.endsWith('.*') ? 'are' : 'is'} ${then}`
}

const EFFECT_WORDS: Readonly<Record<string, string>> = {
  reads: 'commands that only look',
  writes: 'commands that change the profile',
  leaves: 'commands that reach outside the profile',
  spends: 'commands that spend',
  controls: 'commands that decide who is in control',
}

function subjectText(subject: string): string {
  if (subject.startsWith('effect:')) return EFFECT_WORDS[subject.slice(7)] ?? subject
  return subject.endsWith('.*') ? `all ${subject.slice(0, -2)} commands` : subject
}
