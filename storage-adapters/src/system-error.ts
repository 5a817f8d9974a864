import { CloudError } from '@cloudos/protocol/cloud-error'
import type { MediumFault } from '@cloudos/protocol/ports'
import { createMediumError } from './medium-error.ts'

/** For `.catch`: the system errors named resolve to `undefined`, any other stays a rejection. */
export function only(...codes: readonly string[]): (error: unknown) => undefined {
  return (error) => {
    if (codes.includes(systemCode(error) ?? '')) return undefined
    throw error
  }
}

/** The code of an error of Node's own (`ENOENT`); `undefined` for any other value. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  return error.code
}

/** What the operating system says, in the words of the port. An error that is none of the system's is a bug and stays one. */
export async function reporting<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined || error instanceof CloudError || !/^E[A-Z0-9]+$/.test(code)) throw error
    const fault = FAULT_BY_CODE[code] ?? 'medium-failed'
    throw createMediumError(fault, `${SENTENCE[fault]} (${code})`, error)
  }
}

type SystemFault = 'medium-gone' | 'medium-unreachable' | 'medium-forbidden' | 'medium-full' | 'medium-failed'

const FAULT_BY_CODE: Readonly<Record<string, SystemFault>> = {
  ENOSPC: 'medium-full',
  EDQUOT: 'medium-full',
  EACCES: 'medium-forbidden',
  EPERM: 'medium-forbidden',
  EROFS: 'medium-forbidden',
  ENOENT: 'medium-gone',
  ENOTDIR: 'medium-gone',
  ENODEV: 'medium-gone',
  ENXIO: 'medium-gone',
  ESTALE: 'medium-gone',
  ENOTCONN: 'medium-gone',
  ETIMEDOUT: 'medium-unreachable',
  EHOSTDOWN: 'medium-unreachable',
  EHOSTUNREACH: 'medium-unreachable',
} satisfies Partial<Record<string, MediumFault>>

const SENTENCE: Readonly<Record<SystemFault, string>> = {
  'medium-gone': 'The folder is not there: plug the disk in or mount it, then try again. Nothing was changed.',
  'medium-unreachable': 'The folder does not answer: its computer or network may be down.',
  'medium-forbidden': 'This account may not write here, or the disk is read-only.',
  'medium-full': 'The disk is full: make room, then try again. What is stored stays readable.',
  'medium-failed': 'The disk or its file system reports a fault.',
}
