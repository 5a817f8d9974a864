import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { LIMITS } from '@cloudos/protocol/limits'
import { brokenWorld, findErrno } from './broken-world.ts'

/** Space that is taken now, so that a revocation can still be written when everything else is full. */
export interface Reserve {
  /** Takes the space unless it is taken already. False when the disk has too little left: say so, and go on. */
  take(): boolean
  /** Runs `write`; when the disk is full, gives the space back and runs it once more. */
  orSpend<T>(write: () => T): T
}

export function createReserve(file: string): Reserve {
  const spend = (): void => {
    rmSync(file, { force: true })
  }
  return {
    take() {
      if (statSync(file, { throwIfNoEntry: false })?.size === LIMITS.reservedDiskBytes) return true
      try {
        fill(file)
        return true
      } catch (cause) {
        spend()
        if (findErrno(cause) === 'ENOSPC' || findErrno(cause) === 'EDQUOT') return false
        throw brokenWorld(cause, file)
      }
    },
    orSpend(write) {
      try {
        return write()
      } catch (cause) {
        if (!(cause instanceof CloudError) || cause.code !== 'disk-full') throw cause
        spend()
        return write()
      }
    },
  }
}

/** Written out, not only sized: a hole in a file reserves nothing. */
function fill(file: string): void {
  const fd = openSync(file, 'w', 0o600)
  try {
    const piece = new Uint8Array(1024 * 1024).fill(0x52)
    for (let written = 0; written < LIMITS.reservedDiskBytes; written += piece.length) {
      let done = 0
      while (done < piece.length) done += writeSync(fd, piece, done)
    }
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
