import type { TrialServer } from '../trial/media.ts'
import { setUpBehindProxy } from './behind-proxy.ts'
import type { Dialect } from './dialects.ts'
import type { FaultCase } from './fault-case.ts'
import { LOST_ANSWER_CASES } from './lost-answers.ts'
import { REFUSAL_CASES } from './refusals.ts'
import { UNTRUE_ANSWER_CASES } from './untrue-answers.ts'
import type { NamedCase } from '../../suite.ts'

/** What any medium by HTTP is held to when the world breaks its requests. What it can say by HTTP chooses the cases, nothing else does. */
export function faultSuite(name: string, server: TrialServer, dialect: Dialect): readonly NamedCase[] {
  return faultCasesOf(dialect).map(({ number, sentence, run }) => ({
    number,
    name: `${name}: ${sentence}`,
    async run() {
      await using medium = await setUpBehindProxy(server, dialect)
      await run(medium)
    },
  }))
}

function faultCasesOf(dialect: Dialect): readonly FaultCase[] {
  return [...REFUSAL_CASES, ...LOST_ANSWER_CASES, ...UNTRUE_ANSWER_CASES].filter(
    ({ concerns }) => concerns?.(dialect) ?? true,
  )
}
