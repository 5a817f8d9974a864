import { equalBytes, utf8 } from '@cloudos/protocol/bytes'
import { LIMITS } from '@cloudos/protocol/limits'
import { findJsonFault } from './json-scan.ts'
import { utf16Length } from './update-cursor.ts'
import type { UpdateCursor } from './update-cursor.ts'

/** What an item holds, by the low five bits of its first byte in Yjs's V1 encoding. */
const DELETED = 1
const JSON_VALUES = 2
const BINARY = 3
const STRING = 4
const EMBED = 5
const FORMAT = 6
export const TYPE = 7
const ANY = 8
const SUBDOCUMENT = 9
/** A struct that stands for clocks it does not hold. */
export const SKIP = 10

/** Passes the content of one item and returns how many clocks it takes. */
export function contentLength(cursor: UpdateCursor, kind: number): number {
  switch (kind) {
    case DELETED:
      return cursor.uint()
    case JSON_VALUES:
      return passMany(cursor, passJsonOrUndefined)
    case BINARY:
      cursor.skip(cursor.uint())
      return 1
    case STRING:
      return cursor.text()
    case EMBED:
      passJson(cursor)
      return 1
    case FORMAT:
      cursor.text()
      passJson(cursor)
      return 1
    case TYPE:
      passType(cursor)
      return 1
    case ANY:
      return passMany(cursor, passElement)
    case SUBDOCUMENT:
      return cursor.refuse('subdocument')
    default:
      return cursor.refuse('unknown-content')
  }
}

function passMany(cursor: UpdateCursor, pass: (cursor: UpdateCursor) => void): number {
  const count = cursor.uint()
  if (count > cursor.left) return cursor.refuse('truncated')
  for (let i = 0; i < count && cursor.refusal === undefined; i++) pass(cursor)
  return count
}

function passJson(cursor: UpdateCursor): void {
  checkJson(cursor, cursor.rawText())
}

const UNDEFINED = utf8('undefined')

/** The old list content writes an undefined element as this word, which is no JSON. */
function passJsonOrUndefined(cursor: UpdateCursor): void {
  const start = cursor.rawText()
  if (!equalBytes(cursor.bytes.subarray(start, cursor.at), UNDEFINED)) checkJson(cursor, start)
}

function checkJson(cursor: UpdateCursor, start: number): void {
  if (utf16Length(cursor.bytes, start, cursor.at) === undefined) return void cursor.refuse('bad-text')
  const fault = findJsonFault(cursor.bytes, start, cursor.at, LIMITS.yjsMaxNesting)
  if (fault !== undefined) cursor.refuse(fault)
}

/** Array, map, text, element (with its name), fragment, hook (with its name), xml text. */
function passType(cursor: UpdateCursor): void {
  const type = cursor.uint()
  if (type === 3 || type === 5) cursor.text()
  else if (type > 6) cursor.refuse('unknown-content')
}

function passElement(cursor: UpdateCursor): void {
  passAny(cursor, LIMITS.yjsMaxNesting)
}

/** lib0's self-describing values. */
function passAny(cursor: UpdateCursor, depthLeft: number): void {
  const tag = cursor.byte()
  switch (tag) {
    case 127: // undefined
    case 126: // null
    case 121: // false
    case 120: // true
      return
    case 125:
      return cursor.skipInt()
    case 124:
      return cursor.skip(4)
    case 123: // a float
    case 122: // a bigint
      return cursor.skip(8)
    case 119:
      cursor.text()
      return
    case 118:
    case 117:
      return passMembers(cursor, depthLeft, tag === 118)
    case 116:
      return cursor.skip(cursor.uint())
    default:
      cursor.refuse('unknown-content')
  }
}

function passMembers(cursor: UpdateCursor, depthLeft: number, keyed: boolean): void {
  if (depthLeft === 0) return void cursor.refuse('too-deep')
  const count = cursor.uint()
  if (count > cursor.left) return void cursor.refuse('truncated')
  for (let i = 0; i < count && cursor.refusal === undefined; i++) {
    if (keyed) cursor.text()
    passAny(cursor, depthLeft - 1)
  }
}
