import { existsSync, statSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Json } from '@cloudos/protocol/json-record'
import { openLogTail } from '../../log/log-tail.ts'
import type { LogTail } from '../../log/log-tail.ts'
import { LOG_LEVELS } from '../../log/log.ts'
import { LOG_ROTATION } from '../../log/rotating-file.ts'
import type { Errand } from '../errand.ts'
import { fieldOf, textOf } from '../json-fields.ts'
import type { Given, Outcome } from '../verb.ts'

const LOOK_EVERY_MS = 200
const USUAL_LINES = 50
/** More than this from the end of a file is never looked at for the last lines. */
const TAIL_MAX_BYTES = 8 * 1024 * 1024

export async function runLogs(given: Given, errand: Errand): Promise<Outcome> {
  const { logFile } = errand.config
  const count = given.get('lines')
  const least = LOG_LEVELS.findIndex((level) => level === given.get('level'))
  if (!existsSync(logFile))
    throw new CloudError('no-log', `There is no log yet at ${logFile}. It begins with: cloudos up`)
  const trace = given.get('trace')
  const isWanted = (line: Json): boolean =>
    LOG_LEVELS.findIndex((level) => level === textOf(line, 'level')) >= least &&
    (trace === undefined || fieldOf(line, 'trace') === trace)
  const tail = openLogTail(logFile, Math.max(0, statSync(logFile).size - TAIL_MAX_BYTES), LOG_ROTATION.kept)
  try {
    const last = parseLines(tail.more()).filter(isWanted)
    const shown = last.slice(-(typeof count === 'number' ? count : USUAL_LINES) || last.length)
    if (given.get('follow') !== true) return { result: { file: logFile, lines: shown }, lines: shown.map(lineOf) }
    for (const line of shown) errand.show(line, [lineOf(line)])
    return await follow(tail, errand, isWanted)
  } finally {
    tail.close()
  }
}

/** Until Ctrl-C. */
async function follow(tail: LogTail, errand: Errand, isWanted: (line: Json) => boolean): Promise<never> {
  for (;;) {
    await pause(errand.world.signal)
    for (const line of parseLines(tail.more()).filter(isWanted)) errand.show(line, [lineOf(line)])
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  try {
    await wait(LOOK_EVERY_MS, undefined, { signal })
  } catch (cause) {
    throw new CloudError('cancelled', 'Cancelled.', cause)
  }
}

/** A line that a crash has cut is left out. */
export function parseLines(text: string): readonly Json[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Json]
    } catch (cause) {
      if (cause instanceof SyntaxError) return []
      throw cause
    }
  })
}

function lineOf(line: Json): string {
  const { at, level, event, ...rest } = line as Readonly<Record<string, Json>>
  const fields = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return [at, level, event]
    .map((part) => (typeof part === 'string' ? part : ''))
    .concat(fields)
    .join('  ')
}
