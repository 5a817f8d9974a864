import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import type { BigIntStats } from 'node:fs'

const CHUNK_BYTES = 1024 * 1024
const NEWLINE = 0x0a

/** Reads what comes after a place in a log that is set aside now and then. */
export interface LogTail {
  /** The whole lines that have come since, over as many files as there have been; the line being written waits. */
  more(): string
  close(): void
}

/**
 * The open file is held, whatever name it has by now: what was written to it just before it was set aside is still read, and then the
 * files after it, from the oldest. Only what was already thrown away is lost. `kept` is how many old files the writer leaves.
 */
export function openLogTail(path: string, from: number, kept: number): LogTail {
  let handle: number | undefined
  let at = from
  let rest: Buffer = Buffer.alloc(0)

  const take = (held: number): string => {
    // Shorter than what was read: somebody has emptied it, and it begins anew.
    if (fstatSync(held).size < at) at = 0
    const pieces = [rest]
    const chunk = Buffer.alloc(CHUNK_BYTES)
    for (let count = readSync(held, chunk, 0, CHUNK_BYTES, at); count > 0;) {
      pieces.push(Buffer.from(chunk.subarray(0, count)))
      at += count
      count = readSync(held, chunk, 0, CHUNK_BYTES, at)
    }
    const bytes = Buffer.concat(pieces)
    const whole = bytes.lastIndexOf(NEWLINE) + 1
    rest = bytes.subarray(whole)
    return bytes.toString('utf8', 0, whole)
  }

  const close = (): void => {
    if (handle !== undefined) closeSync(handle)
    handle = undefined
  }

  const more = (): string => {
    let text = ''
    handle ??= openIfThere(path)
    while (handle !== undefined) {
      // Looked for before the last reading: once there is a newer file, nobody writes to this one.
      const next = openAfter(handle, path, kept)
      text += take(handle)
      if (next === undefined) break
      close()
      handle = next
      at = 0
      rest = Buffer.alloc(0)
    }
    return text
  }
  return { more, close }
}

/** The file that was begun after `held`, open; undefined while `held` is the newest. */
function openAfter(held: number, path: string, kept: number): number | undefined {
  for (;;) {
    const age = ageOf(held, path, kept)
    if (age === 0) return undefined
    const next = openIfThere(nameOf(path, age - 1))
    // Set aside between the two looks, the file opened is not the next one but one after it.
    if (ageOf(held, path, kept) === age) return next
    if (next !== undefined) closeSync(next)
  }
}

/** How often `held` was set aside. Names only ever move up, so looking upwards does not miss it. */
function ageOf(held: number, path: string, kept: number): number {
  const mine = fstatSync(held, { bigint: true })
  let newerCount = 0
  for (let age = 0; age <= kept; age++) {
    const found = statIfThere(nameOf(path, age))
    if (found?.ino === mine.ino && found.dev === mine.dev) return age
    if (found !== undefined && found.mtimeNs >= mine.mtimeNs) newerCount = age + 1
  }
  // It is gone: whatever is newer than its last line comes next.
  return newerCount
}

function nameOf(path: string, age: number): string {
  return age === 0 ? path : `${path}.${String(age)}`
}

function openIfThere(file: string): number | undefined {
  try {
    return openSync(file, 'r')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw cause
  }
}

function statIfThere(file: string): BigIntStats | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })
}
