import type { Json } from '@cloudos/protocol/json-record'
import { listStorageCommand } from '@cloudos/protocol/storage-commands'
import { formatBytes, formatDuration } from '../amounts.ts'
import type { Errand } from '../errand.ts'
import { fieldOf, listOf, textOf, textsOf } from '../json-fields.ts'
import type { Given, Outcome } from '../verb.ts'

/** Each place in a few lines, the whole in one sentence. */
export async function runStorageList(_given: Given, errand: Errand): Promise<Outcome> {
  const door = await errand.openDoor()
  const result = await door.ask(listStorageCommand, {})
  return { result, lines: linesOfStorage(result, errand.world.nowMs()) }
}

/** @param listed as storage.list tells it */
export function linesOfStorage(listed: Json, nowMs: number): readonly string[] {
  const safety = fieldOf(listed, 'safety') ?? null
  return [safetyLine(textsOf(safety, 'domains')), ...listOf(listed, 'media').flatMap((one) => ['', ...placeLines(one, nowMs)])] // prettier-ignore
}

function safetyLine(domains: readonly string[]): string {
  const count = domains.length
  if (count === 0) return 'Saved on this disk. No place has shown yet that it holds everything.'
  return count === 1
    ? `Saved, not yet safe: everything is lost together with ${domains.join('')}.`
    : `Saved, and safe in ${String(count)} independent places: ${domains.join(', ')}.`
}

function placeLines(medium: Json, nowMs: number): readonly string[] {
  const facts: readonly (readonly [string, string])[] = [
    ['state', stateText(medium)],
    ['saved', savedText(medium, nowMs)],
    ['lost with', textOf(medium, 'failureDomain')],
    ['room', roomText(fieldOf(medium, 'room') ?? null)],
    ['to do', textOf(medium, 'roomProblem')],
    ['problem', textOf(medium, 'problem')],
    ['checked', agoText(medium, 'checkedAtMs', nowMs)],
    ['mended', mendedText(medium, nowMs)],
    ['tested', agoText(medium, 'testedAtMs', nowMs)],
    ['last test', textOf(medium, 'testProblem')],
    ['id', textOf(medium, 'mediumId')],
  ]
  return [
    `${textOf(medium, 'where')} (${textOf(medium, 'kind')})`,
    ...facts.filter(([, says]) => says !== '').map(([name, says]) => `  ${name.padEnd(9)}  ${says}`),
  ]
}

function stateText(medium: Json): string {
  const behind = numberOf(medium, 'behind') ?? 0
  const state = textOf(medium, 'state')
  return behind === 0 ? state : `${state}, ${String(behind)} behind`
}

function savedText(medium: Json, nowMs: number): string {
  if (textOf(medium, 'kind') === 'device') return 'as it is edited'
  const gen = numberOf(medium, 'gen') ?? 0
  if (gen === 0) return 'nothing yet'
  const count = textOf(medium, 'kind') === 'peer' ? `${String(gen)} edits` : `revision ${String(gen)}`
  return [count, agoText(medium, 'savedAtMs', nowMs)].filter((part) => part !== '').join(', ')
}

function agoText(medium: Json, name: string, nowMs: number): string {
  const atMs = numberOf(medium, name)
  return atMs === undefined ? '' : `${formatDuration(Math.max(0, nowMs - atMs))} ago`
}

function mendedText(medium: Json, nowMs: number): string {
  const objects = numberOf(medium, 'mendedObjects')
  if (objects === undefined) return ''
  return `${String(objects)} ${objects === 1 ? 'object' : 'objects'}, ${agoText(medium, 'mendedAtMs', nowMs)}`
}

function roomText(room: Json): string {
  const [used, free, total] = ['usedBytes', 'freeBytes', 'totalBytes'].map((name) => numberOf(room, name))
  const of = total === undefined ? '' : ` of ${formatBytes(total)}`
  const parts = [used === undefined ? '' : `${formatBytes(used)}${of} used`, free === undefined ? '' : `${formatBytes(free)} free`] // prettier-ignore
  return parts.filter((part) => part !== '').join(', ')
}

function numberOf(json: Json, name: string): number | undefined {
  const value = fieldOf(json, name)
  return typeof value === 'number' ? value : undefined
}
