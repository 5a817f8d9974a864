import { EFFECTS } from '../command.ts'
import { decide } from '../decide.ts'
import type { Question } from '../decide.ts'
import { CALLER_KINDS, GRANTS_BY_CALLER } from '../grants.ts'
import type { CallerKind } from '../grants.ts'
import { COMMANDS } from '../registry.ts'
import { NAMED } from '../resource.ts'
import { askOracle } from './decision-oracle.ts'
import { createRandom } from './random.ts'
import type { Random } from './random.ts'

export interface Comparison {
  /** Questions that the two answer differently, as JSON, with both answers. */
  readonly differences: readonly string[]
  readonly outcomes: ReadonlySet<string>
}

/** Draws so many questions and compares what `decide` says with what the oracle says. */
export function compareDecisions(count: number, seed: number): Comparison {
  const random = createRandom(seed)
  const differences: string[] = []
  const outcomes = new Set<string>()
  for (let i = 0; i < count; i++) {
    const question = drawQuestion(random)
    const decision = decide(question as unknown as Question)
    const said = decision.allow ? ['yes', decision.approvalId].filter(Boolean).join(' ') : decision.why
    const expected = askOracle(question)
    if (said !== expected) differences.push(`${said}, not ${expected}: ${JSON.stringify(question)}`)
    outcomes.add(said)
  }
  return { differences, outcomes }
}

const NOTHINGS = [undefined, null, false, 0, '', true, {}, []] as const
const NOW_MS = 100

/** Mostly what an agent would ask, with real commands and tables; any part of it may be missing, false or nonsense. */
function drawQuestion(random: Random): Readonly<Record<string, unknown>> {
  const { pick, below } = random
  const kind = pick(CALLER_KINDS)
  const command = drawCommand(random)
  const grants = drawGrants(random, kind, command.grant.resource, command.grant.act)
  return {
    caller: orNothing(random, below(30) === 0 ? { kind: 'stranger' } : { kind }),
    command: orNothing(random, command),
    held: orNothing(random, { grants: orNothing(random, grants), ...drawTimes(random) }),
    policy: orNothing(random, {
      rules: orNothing(
        random,
        some(random, 3, () => drawRule(random, kind, command)),
      ),
    }),
    nowMs: NOW_MS,
    budget: orNothing(
      random,
      some(random, 3, () => ({ max: pick([0, 1, 9, 9, NaN]), used: pick([0, 0, 1, 9]) })),
    ),
    ...(below(8) > 0 && { requestHash: drawHash(random) }),
    ...(below(4) > 0 && {
      approval: below(8) === 0 ? pick(NOTHINGS) : drawApproval(random),
    }),
  }
}

function drawCommand({ pick, below }: Random) {
  const [first, ...others] = COMMANDS
  if (first === undefined) throw new RangeError('there are commands')
  const real = pick([first, ...others])
  if (below(2) === 0) return real
  const resource = `${pick(NAMED)}:${pick(['*', 'a', 'b'])}`
  return {
    name: pick(['job.run', 'job', 'jobs.run', 'job.run.now', real.name]),
    effect: below(30) === 0 ? 'unknown' : pick(EFFECTS),
    grant: { resource, act: pick(['read', 'write', 'control']) },
  }
}

type Drawn = ReturnType<typeof drawCommand>

/** Out of its own right, or by a token: then a few narrow ones. */
function drawGrants(random: Random, kind: CallerKind, resource: string, act: string) {
  const { pick, below } = random
  const [type = 'job'] = resource.split(':')
  const given = () => ({
    resource: `${pick([type, type, pick(NAMED), 'usb'])}:${pick(['*', 'a', 'b'])}`,
    acts: some(random, 3, () => pick([act, act, 'read', 'run'])),
  })
  return below(3) === 0 ? some(random, 3, given) : [...GRANTS_BY_CALLER[kind], given()]
}

function drawTimes({ pick, below }: Random) {
  if (below(3) > 0) return { fromMs: 0, untilMs: Infinity }
  return { fromMs: pick([0, NOW_MS, NOW_MS + 1]), untilMs: pick([NOW_MS + 1, NOW_MS, 500, NaN, undefined]) }
}

function drawRule({ pick }: Random, kind: string, { name, effect }: Drawn) {
  const [first = ''] = name.split('.')
  return {
    caller: pick([kind, 'anybody', 'owner', 'page', 'device']),
    subject: pick([name, `${first}.*`, `effect:${effect}`, 'job.*', 'job.run.*', 'x']),
    verdict: pick(['allow', 'allow', 'ask', 'ask', 'forbid', 'perhaps', null]),
  }
}

function drawApproval(random: Random) {
  const { pick } = random
  const expiresAtMs = pick([NOW_MS - 1, NOW_MS, NOW_MS + 1, 500, undefined])
  return {
    approvalId: 'a',
    requestHash: drawHash(random),
    expiresAtMs,
    isUsed: pick([false, false, false, true, null]),
  }
}

function drawHash({ below }: Random): string {
  return String(below(2)).repeat(64)
}

function orNothing(random: Random, value: unknown): unknown {
  return random.below(40) === 0 ? random.pick(NOTHINGS) : value
}

function some<T>({ below }: Random, max: number, draw: () => T): T[] {
  return Array.from({ length: below(max + 1) }, draw)
}
