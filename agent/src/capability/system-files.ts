import { readdir, readFile } from 'node:fs/promises'
import { LIMITS } from '@cloudos/protocol/limits'

/** A small text file of the system's, trimmed. `undefined`: it is not there or may not be read, so the system does not tell. */
export async function findText(path: string): Promise<string | undefined> {
  const text = await orSilent(readFile(path, 'utf8'))
  return text?.replaceAll('\0', '').trim()
}

/** The names in a folder of the system's, in order; `undefined` when there is none. */
export async function findNames(folder: string): Promise<readonly string[] | undefined> {
  return (await orSilent(readdir(folder)))?.sort()
}

export async function findNumber(path: string): Promise<number | undefined> {
  const text = await findText(path)
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** What hardware calls itself, as a record may show it; `undefined` when nothing showable is left. */
export function shownName(raw: string | undefined): string | undefined {
  const name = raw
    ?.replaceAll(/[^\x20-\x7e]/g, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
    .slice(0, LIMITS.hardwareNameMaxBytes)
    .trim()
  return name === '' ? undefined : name
}

/** Each once, in order, and no more than a record takes. */
export function shownNames(raw: readonly (string | undefined)[]): readonly string[] {
  const names = raw.map(shownName).filter((name) => name !== undefined)
  return [...new Set(names)].sort().slice(0, LIMITS.capabilityItemsMax)
}

/** A file under /sys may vanish, be forbidden or answer with any error of its driver: each means that it does not tell. */
async function orSilent<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) return undefined
    throw cause
  }
}
