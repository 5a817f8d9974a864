import type { Part, Verb } from '../verb.ts'

/** A verb that does something around a command, or asks no agent at all. */
export interface Handwritten extends Verb {
  /** The commands it is made of: while one of them does not exist, neither does the verb. */
  readonly needs: readonly string[]
}

export function flag(name: string, says: string, letter?: string): Part {
  return { name, says, form: { kind: 'flag' }, isRequired: false, isPlaced: false, ...(letter && { letter }) }
}

export function textPart(
  name: string,
  says: string,
  how: Pick<Part, 'isRequired' | 'isPlaced'>,
  maxBytes = 4096,
): Part {
  return { name, says, form: { kind: 'text', maxBytes, isFit: (value) => value !== '' }, ...how }
}

export const placed = { isRequired: true, isPlaced: true }
export const asFlag = { isRequired: false, isPlaced: false }
