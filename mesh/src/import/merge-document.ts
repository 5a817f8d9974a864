/* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment -- Yjs's own types do not agree on what a shared type extends */
import * as Y from 'yjs'
import { rootKindOf } from './root-kind.ts'
import type { Root } from './root-kind.ts'

/** What came into one document. */
export interface Merged {
  /** Texts, list items and fields that were written. */
  readonly added: number
  /** Places where both have a text of their own: both stand there now. */
  readonly bothKept: readonly string[]
  /** Places where both have one value: what was here stays. */
  readonly keptHere: readonly string[]
}

interface Course {
  /** Counts up. */
  added: number
  readonly bothKept: string[]
  readonly keptHere: string[]
  /** Stands between what was here and what came, where both texts are kept at the root of a document. */
  readonly heading: string
}

/**
 * Brings what `from` holds into `into` as ordinary new edits, in one transaction. Nothing that is in `into` is taken out or replaced, and
 * doing it again changes nothing. `from` must share no client ids that `into` will write under; its update has been judged.
 */
export function mergeDocument(into: Y.Doc, from: Y.Doc, heading: string): Merged {
  const course: Course = { added: 0, bothKept: [], keptHere: [], heading }
  if (isOlderCopy(into, from)) return course
  into.transact(() => {
    for (const name of [...from.share.keys()].sort()) mergeRoot(into, from, name, course)
  })
  return course
}

/** All of it was here once: what has been taken out since stays out. */
function isOlderCopy(into: Y.Doc, from: Y.Doc): boolean {
  const here = Y.decodeStateVector(Y.encodeStateVector(into))
  const theirs = Y.decodeStateVector(Y.encodeStateVector(from))
  if (theirs.size === 0) return true
  return [...theirs].every(([client, clock]) => (here.get(client) ?? 0) >= clock)
}

function mergeRoot(into: Y.Doc, from: Y.Doc, name: string, course: Course): void {
  const [theirs, here] = [from.share.get(name), into.share.get(name)]
  const kind = theirs === undefined ? 'empty' : rootKindOf(theirs)
  if (kind === 'empty') return
  if (here !== undefined && !isOf(here, kind)) {
    course.keptHere.push(name)
    return
  }
  if (kind === 'text') mergeText(into.getText(name), from.getText(name), name, course)
  else if (kind === 'map') mergeMap(into.getMap(name), from.getMap(name), name, course)
  else mergeArray(into.getArray(name), from.getArray(name), name, course)
}

/** A root that nobody has asked for yet may become what its content is; one that was asked for stays what it is. */
function isOf(here: Root, kind: 'map' | 'text' | 'array'): boolean {
  if (here instanceof Y.Text) return kind === 'text'
  if (here instanceof Y.Array) return kind === 'array'
  if (here instanceof Y.Map) return kind === 'map'
  const kindHere = rootKindOf(here)
  return kindHere === 'empty' || kindHere === kind
}

function mergeText(here: Y.Text, theirs: Y.Text, path: string, course: Course): void {
  const [mine, other] = [here.toString(), theirs.toString()]
  if (other === '' || standsIn(mine, other)) return
  course.added += 1
  const at = other.indexOf(mine)
  if (mine === '') here.applyDelta(theirs.toDelta() as unknown[])
  else if (at >= 0) {
    here.insert(mine.length, other.slice(at + mine.length))
    here.insert(0, other.slice(0, at))
  } else {
    course.bothKept.push(path)
    here.insert(mine.length, `${path.includes('.') ? BETWEEN : `\n\n${course.heading}\n`}${other}`)
  }
}

/** Between two texts that were one line each. */
const BETWEEN = ' · '

/** As whole lines: the word "yes" does not stand in "yesterday". */
function standsIn(mine: string, other: string): boolean {
  for (let at = mine.indexOf(other); at >= 0; at = mine.indexOf(other, at + 1)) {
    const [before, after] = [mine.slice(0, at), mine.slice(at + other.length)]
    const begins = before === '' || before.endsWith('\n') || before.endsWith(BETWEEN)
    const ends = after === '' || after.startsWith('\n') || after.startsWith(BETWEEN)
    if (begins && ends) return true
  }
  return false
}

function mergeMap(here: Y.Map<unknown>, theirs: Y.Map<unknown>, path: string, course: Course): void {
  for (const key of [...theirs.keys()].sort()) {
    const [mine, other] = [here.get(key), theirs.get(key)]
    if (!here.has(key)) {
      course.added += 1
      here.set(key, copyOf(other))
    } else mergeValues(mine, other, `${path}.${key}`, course)
  }
}

function mergeValues(mine: unknown, other: unknown, path: string, course: Course): void {
  if (mine instanceof Y.Map && other instanceof Y.Map) mergeMap(mine, other, path, course)
  else if (mine instanceof Y.Text && other instanceof Y.Text) mergeText(mine, other, path, course)
  else if (mine instanceof Y.Array && other instanceof Y.Array) mergeArray(mine, other, path, course)
  else if (sayOf(mine) !== sayOf(other)) course.keptHere.push(path)
}

/** Of items that are alike as many stand there in the end as either list has; another with the id of one here meets that one. */
function mergeArray(here: Y.Array<unknown>, theirs: Y.Array<unknown>, path: string, course: Course): void {
  const mine = here.toArray()
  const byId = new Map(mine.map((item) => [idOf(item), item]))
  const left = new Map<string, number>()
  for (const item of mine) left.set(sayOf(item), (left.get(sayOf(item)) ?? 0) + 1)
  const coming: unknown[] = []
  for (const item of theirs.toArray()) {
    const id = idOf(item)
    const same = id === undefined ? undefined : byId.get(id)
    const alike = left.get(sayOf(item)) ?? 0
    if (alike > 0) left.set(sayOf(item), alike - 1)
    else if (same !== undefined) mergeValues(same, item, `${path}.${String(id)}`, course)
    else coming.push(copyOf(item))
  }
  course.added += coming.length
  if (coming.length > 0) here.push(coming)
}

function idOf(item: unknown): string | undefined {
  const id: unknown = item instanceof Y.Map ? item.get('id') : undefined
  return typeof id === 'string' && id !== '' ? id : undefined
}

function copyOf(value: unknown): unknown {
  return value instanceof Y.AbstractType ? (value as Y.Map<unknown>).clone() : value
}

/** One spelling for each value, whatever the order of its fields. */
function sayOf(value: unknown): string {
  return JSON.stringify(value instanceof Y.AbstractType ? value.toJSON() : value, sorted) ?? 'undefined'
}

function sorted(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: [...value] }
  if (typeof value === 'bigint') return { bigint: String(value) }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
