import { findAll } from '../checks.ts'
import type { Finding } from '../checks.ts'
import type { Errand } from '../errand.ts'
import { EXIT } from '../exit-code.ts'
import type { Given, Outcome } from '../verb.ts'

const MARKS: Readonly<Record<Finding['state'], string>> = { good: 'ok', warning: 'look', bad: 'BAD' }

/** Fails only for what keeps CloudOS from working. */
export async function runDoctor(_given: Given, errand: Errand): Promise<Outcome> {
  const findings = await findAll(errand)
  const isBad = findings.some(({ state }) => state === 'bad')
  return {
    result: { findings: findings.map((finding) => ({ ...finding })) },
    lines: findings.map(({ check, state, says }) => `${MARKS[state].padEnd(5)} ${check.padEnd(8)} ${says}`),
    exitCode: isBad ? EXIT.failed : EXIT.done,
  }
}
