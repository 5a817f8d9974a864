/**
 * The slow oracle of `decide`, written from architecture.md, "One door": identity, grant, policy, approval, budget, and the first that
 * does not clearly say yes denies. What a grant reaches is written out as every pair of a name and an act, what a rule is about as every
 * way to spell it. It shares no line with what it judges.
 */
const KINDS = 'agent approval audit cam config device doc job log medium pair policy profile token way'.split(' ')
const NAMES = ['*', 'a', 'b']

type Said = Readonly<Record<string, unknown>>

/** `yes`, `yes ID` with the approval that was used, or the word for why not. Takes anything at all. */
export function askOracle(question: Said): string {
  const caller = part(question, 'caller')
  const kind = caller['kind']
  if (kind !== 'owner' && kind !== 'page' && kind !== 'device') return 'no-identity'
  const command = part(question, 'command')
  if (!['reads', 'writes', 'leaves', 'spends', 'controls'].includes(String(command['effect']))) return 'no-such-command'
  const grant = part(command, 'grant')
  const held = part(question, 'held')
  if (!reachOf(items(held, 'grants')).has(`${String(grant['resource'])} ${String(grant['act'])}`)) return 'no-grant'
  const now = Number(question['nowMs'])
  const [from, until] = [held['fromMs'], held['untilMs']]
  if (typeof from !== 'number' || typeof until !== 'number') return 'grant-lapsed'
  if (Number.isNaN(from) || Number.isNaN(until) || now < from || now >= until) return 'grant-lapsed'
  const policy = judgePolicy(question, kind, command, String(grant['resource']).split(':')[0] ?? '')
  if (policy === 'no') return 'forbidden-by-policy'
  let yes = 'yes'
  if (policy === 'ask') {
    const isAbsent = [undefined, null, false, 0, ''].some((nothing) => nothing === question['approval'])
    if (isAbsent) return 'approval-needed'
    const approval = part(question, 'approval')
    const isForThis = typeof approval['requestHash'] === 'string' && approval['requestHash'] === question['requestHash']
    const isFresh = typeof approval['expiresAtMs'] === 'number' && approval['expiresAtMs'] > now
    if (!isForThis || !isFresh || approval['isUsed'] !== false) return 'approval-invalid'
    yes = `yes ${String(approval['approvalId'])}`
  }
  const budget = question['budget']
  if (!Array.isArray(budget)) return 'over-budget'
  const isLeft = items(question, 'budget').every((one) => Number(one['max']) - Number(one['used']) > 0)
  return isLeft ? yes : 'over-budget'
}

function reachOf(grants: readonly Said[]): ReadonlySet<string> {
  const reach = new Set<string>()
  for (const { resource, acts } of grants) {
    const [type = '', name = ''] = String(resource).split(':')
    if (!KINDS.includes(type)) continue
    for (const act of Array.isArray(acts) ? acts : [])
      for (const each of name === '*' ? NAMES : [name]) reach.add(`${type}:${each} ${String(act)}`)
  }
  return reach
}

function judgePolicy(question: Said, kind: string, command: Said, type: string): 'yes' | 'ask' | 'no' {
  // The owner at the terminal always gets at the policy and at what waits for a yes.
  if (kind === 'owner' && (type === 'policy' || type === 'approval')) return 'yes'
  const policy = part(question, 'policy')
  if (!Array.isArray(policy['rules'])) return 'no'
  const words = String(command['name']).split('.')
  const spellings = new Set([words.join('.'), `effect:${String(command['effect'])}`])
  for (let count = 1; count < words.length; count++) spellings.add([...words.slice(0, count), '*'].join('.'))
  const verdicts = items(policy, 'rules')
    .filter((rule) => rule['caller'] === 'anybody' || rule['caller'] === kind)
    .filter((rule) => spellings.has(String(rule['subject'])))
    .map((rule) => rule['verdict'])
  if (verdicts.some((verdict) => verdict !== 'allow' && verdict !== 'ask')) return 'no'
  return verdicts.includes('ask') ? 'ask' : 'yes'
}

function part(whole: Said, name: string): Said {
  const inner = whole[name]
  return typeof inner === 'object' && inner !== null ? { ...inner } : {}
}

function items(whole: Said, name: string): readonly Said[] {
  const inner = whole[name]
  return Array.isArray(inner) ? inner.map((item: unknown) => part({ item }, 'item')) : []
}
