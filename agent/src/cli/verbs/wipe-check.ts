import type { Json } from '@cloudos/protocol/json-record'
import { wipeCheckCommand } from '@cloudos/protocol/wipe-command'
import { formatDuration } from '../amounts.ts'
import { findDevice } from '../device-names.ts'
import type { Errand } from '../errand.ts'
import { fieldOf, listOf, textOf, textsOf } from '../json-fields.ts'
import { givenText } from '../verb.ts'
import type { Given, Outcome } from '../verb.ts'

/** Asks the agent here, also about another device: it answers by what that one has said, and by what other places hold. */
export async function runWipeCheck(given: Given, errand: Errand): Promise<Outcome> {
  const door = await errand.openDoor()
  const wanted = givenText(given, 'device')
  const result = await door.ask(wipeCheckCommand, wanted === '' ? {} : { deviceId: await findDevice(wanted, door) })
  return { result, lines: linesOfWipeCheck(result, errand.world.nowMs()) }
}

/** @param checked as device.wipe-check tells it */
export function linesOfWipeCheck(checked: Json, nowMs: number): readonly string[] {
  const left = textsOf(checked, 'domainsLeft')
  const heardAtMs = fieldOf(checked, 'heardAtMs')
  return [
    fieldOf(checked, 'isSafe') === true ? 'Yes: it can be wiped.' : 'No: do not wipe it yet.',
    left.length === 0 ? 'No other place holds everything.' : `Everything is also in: ${left.join(', ')}.`,
    ...listOf(checked, 'documents').map(documentLine),
    ...listOf(checked, 'onlyHere').map((one) => textOf(one, 'says')),
    ...(typeof heardAtMs === 'number' ? [`By what it last said, ${formatDuration(Math.max(0, nowMs - heardAtMs))} ago.`] : []), // prettier-ignore
  ]
}

function documentLine(document: Json): string {
  const left = textsOf(document, 'domainsLeft')
  return left.length === 0
    ? `  ${textOf(document, 'name')}: would be lost`
    : `  ${textOf(document, 'name')}: only one place would be left, ${left.join(', ')}`
}
