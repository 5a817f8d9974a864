/** What agent and job-host say to each other. No imports: the host may read no file but its own. */

/** Byte strings one after another, each with its length before it. */
export function pack(parts: readonly Uint8Array[]): Uint8Array {
  const packed = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0))
  const view = new DataView(packed.buffer)
  let at = 0
  for (const part of parts) {
    view.setUint32(at, part.length)
    packed.set(part, at + 4)
    at += 4 + part.length
  }
  return packed
}

/** For what `pack` has made: anything else throws. The parts are views. */
export function unpack(packed: Uint8Array): readonly Uint8Array[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  const parts: Uint8Array[] = []
  for (let at = 0; at < packed.length;) {
    const end = at + 4 + view.getUint32(at)
    if (end > packed.length) throw new RangeError('a part is cut off')
    parts.push(packed.subarray(at + 4, end))
    at = end
  }
  return parts
}

/** The first byte of a message from the host. `usage`: cpuMs and peakMiB; `end`: the exit code; `file`: a new output's name. */
export const SAID = { ready: 1, out: 2, err: 3, file: 4, fileBytes: 5, end: 6, trap: 7, usage: 8 } as const

/** Longer ones are cut up: nobody has to hold more than this of a program's writing at once. */
export const SAID_MAX_BYTES = 64 * 1024

/** Why a program could not go on; what the host tells in `trap`. */
export type Trap = 'trap' | 'stack' | 'memory' | 'output' | 'files' | 'invalid' | 'pointer'
