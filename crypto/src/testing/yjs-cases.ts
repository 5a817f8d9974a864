import { utf8 } from '@cloudos/protocol/bytes'
import type { YjsRefusal } from '../update-cursor.ts'

/* Builds vectors/yjs-updates.json byte by byte, from the wire form of Yjs V1. */

export interface YjsCase {
  readonly name: string
  readonly update: Uint8Array
  /** `undefined`: to be read. */
  readonly refusal: YjsRefusal | undefined
}

/** The parent is the root type `r`. */
export const IN_ROOT = [1, 1, 0x72]
const LETTER = [4, ...IN_ROOT, 1, 0x61]
const NO_DELETES = [0]

export function yjsCases(): readonly YjsCase[] {
  return [...structCases(), ...contentCases(), ...numberCases(), ...deleteCases()].map(([name, bytes, refusal]) => ({
    name,
    update: Uint8Array.from(bytes),
    refusal,
  }))
}

type Row = readonly [name: string, bytes: readonly number[], refusal?: YjsRefusal]

function structCases(): readonly Row[] {
  const good = block(1, 0, [LETTER])
  return [
    ['nothing at all', [], 'truncated'],
    ['an update without content', [0, 0]],
    ['one letter', good],
    ['one letter and a byte', [...good, 0], 'trailing-bytes'],
    ['2^53 - 1 clients', uint(2 ** 53 - 1), 'truncated'],
    ['2^40 structs', [1, ...uint(2 ** 40), 1, 0, 0, 1, 0], 'too-many-structs'],
    ['a client without structs', block(1, 0, []), 'bad-length'],
    ['one client in two blocks', [2, ...good.slice(1, -1), ...good.slice(1)], 'duplicate-client'],
    ['clocks past 2^53', block(1, 2 ** 53 - 2, [[0, 2]]), 'bad-clock'],
    ['a garbage-collected range', block(7, 0, [[0, 100]])],
    ['an empty garbage-collected range', block(1, 0, [[0, 0]]), 'bad-length'],
    ['a garbage-collected range with an origin', block(1, 9, [[0x80, 1, 0, 1]]), 'unknown-content'],
    ['a skipped range', block(1, 0, [[10, 5]]), 'skip'],
    ['an item beside itself', block(1, 0, [[0x84, 1, 0, 1, 0x61]]), 'bad-reference'],
    ['an item left of a later one', block(1, 0, [[0x44, 1, 9, 1, 0x61]]), 'bad-reference'],
    ['an item inside itself', block(1, 0, [[4, 0, 1, 0, 1, 0x61]]), 'bad-reference'],
    ['two items that wait for each other', [2, 1, 2, 0, 0x84, 1, 0, 1, 0x61, 1, 1, 0, 0x84, 2, 0, 1, 0x61, 0], 'bad-reference'],
    ['a parent named in a third way', block(1, 0, [[4, 2, 1, 0x72, 1, 0x61]]), 'unknown-content'],
    ['64 shared types in one another', block(1, 0, tower(64))],
    ['65 shared types in one another', block(1, 0, tower(65)), 'too-deep'],
  ] // prettier-ignore
}

function contentCases(): readonly Row[] {
  const item = (...content: readonly number[]): number[] =>
    block(1, 0, [[content[0] ?? 0, ...IN_ROOT, ...content.slice(1)]])
  const nested = (depth: number): number[] => item(8, 1, ...Array<number[]>(depth).fill([117, 1]).flat(), 126)
  const embed = (json: string): number[] => item(5, ...text(json))
  return [
    ['a subdocument', item(9, ...text('guid'), 118, 0), 'subdocument'],
    ['a content nobody knows', item(11, 1), 'unknown-content'],
    ['a shared type nobody knows', item(7, 7), 'unknown-content'],
    ['a value nobody knows', item(8, 1, 115), 'unknown-content'],
    ['no letters', item(4, 0), 'bad-length'],
    ['no values', item(8, 0), 'bad-length'],
    ['nothing deleted', item(1, 0), 'bad-length'],
    ['2^50 values', item(8, ...uint(2 ** 50)), 'truncated'],
    ['2^31 letters', item(4, ...uint(2 ** 31)), 'truncated'],
    ['64 arrays in one another', nested(64)],
    ['65 arrays in one another', nested(65), 'too-deep'],
    ['64 JSON arrays in one another', embed('['.repeat(64) + ']'.repeat(64))],
    ['65 JSON arrays in one another', embed('['.repeat(65) + ']'.repeat(65)), 'too-deep'],
    ['a format of 65 JSON arrays', item(6, ...text('k'), ...text('['.repeat(65) + ']'.repeat(65))), 'too-deep'],
    ['JSON with a comma too many', embed('[1,]'), 'bad-json'],
    ['the word undefined in an embed', embed('undefined'), 'bad-json'],
    ['the word undefined in a list of JSON', item(2, 1, ...text('undefined'))],
    ['a surrogate in UTF-8', item(4, 3, 0xed, 0xa0, 0x80), 'bad-text'],
    ['an overlong letter', item(4, 2, 0xc1, 0xa1), 'bad-text'],
    ['a letter of two units', item(4, ...text('\u{1f511}'))],
  ] // prettier-ignore
}

function numberCases(): readonly Row[] {
  return [
    ['zero in two bytes', [0x80, 0, 0], 'bad-number'],
    ['2^53', [0, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10, 1, 0, 1], 'bad-number'],
    ['2^53 - 1', [0, 1, ...uint(2 ** 53 - 1), 1, 0, 1]],
    ['a number without end', Array<number>(100).fill(0x80), 'bad-number'],
  ]
}

function deleteCases(): readonly Row[] {
  return [
    ['two ranges', [0, 1, 1, 2, 0, 1, 1, 1]],
    ['two ranges that overlap', [0, 1, 1, 2, 0, 2, 1, 1], 'bad-clock'],
    ['two ranges that descend', [0, 1, 1, 2, 5, 1, 0, 1], 'bad-clock'],
    ['an empty range', [0, 1, 1, 1, 0, 0], 'bad-length'],
    ['a range past 2^53', [0, 1, 1, 1, ...uint(2 ** 53 - 1), 1], 'bad-clock'],
    ['a client without ranges', [0, 1, 1, 0], 'bad-length'],
    ['one client twice', [0, 2, 1, 1, 0, 1, 1, 1, 5, 1], 'duplicate-client'],
    ['2^40 ranges', [0, 1, 1, ...uint(2 ** 40), 0, 1], 'too-many-deletes'],
  ]
}

/** A shared map in the root, and `height` more, each inside the one before. */
function tower(height: number): number[][] {
  return [[7, ...IN_ROOT, 1], ...Array.from({ length: height }, (_, clock) => [7, 0, 1, ...uint(clock), 0])]
}

/** One client's structs, and nothing deleted. */
export function block(client: number, clock: number, structs: readonly (readonly number[])[]): number[] {
  return [1, ...uint(structs.length), ...uint(client), ...uint(clock), ...structs.flat(), ...NO_DELETES]
}

export function text(value: string): number[] {
  const bytes = utf8(value)
  return [...uint(bytes.length), ...bytes]
}

export function uint(value: number): number[] {
  return value < 0x80 ? [value] : [0x80 | (value % 0x80), ...uint(Math.floor(value / 0x80))]
}
