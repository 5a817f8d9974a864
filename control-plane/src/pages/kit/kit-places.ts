import type { AddedKind, NewMedium } from '@cloudos/protocol/storage-commands'
import { COPY_KINDS, DRIVE } from '../storage/copy-kinds.ts'

/** A place as part B of a kit names it: all but what it is signed in to with. */
export type PlaceInKit = Pick<NewMedium, 'kind' | 'where' | 'account'>

/** More than any kit has. */
export const KIT_MAX_BYTES = 64 * 1024

const KINDS: readonly AddedKind[] = [...COPY_KINDS.map((one) => one.kind), DRIVE.value]

const FIELD = /^\s*(at|kind|as) {2,}(\S.*)$/

/** The places in the text of part B that a page knows how to ask for, in their order and each once. What it does not know it leaves out. */
export function placesInKit(text: string): readonly PlaceInKit[] {
  const places = new Map<string, PlaceInKit>()
  let fields: Partial<Record<string, string>> = {}
  for (const line of text.slice(0, KIT_MAX_BYTES).split(/\r?\n/)) {
    const [, name = '', value = ''] = FIELD.exec(line) ?? []
    // Each place begins with where it is.
    if (name === 'at') fields = {}
    if (name !== '') fields[name] = value.trim()
    const place = placeFrom(fields)
    if (place !== undefined) places.set(`${place.kind} ${place.where}`, place)
  }
  return [...places.values()]
}

function placeFrom({ at, kind, as }: Partial<Record<string, string>>): PlaceInKit | undefined {
  const known = KINDS.find((one) => one === kind)
  if (known === undefined || at === undefined) return undefined
  return { kind: known, where: at, ...(as !== undefined && { account: as }) }
}
