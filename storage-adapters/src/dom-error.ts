import type { MediumFault } from '@cloudos/protocol/ports'
import { createMediumError } from './medium-error.ts'

/** What the browser says about its storage, in the words of the port. A cut short operation's own reason passes. */
export async function reporting<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof DOMException) || error.name === 'AbortError') throw error
    const fault = FAULT_BY_NAME[error.name] ?? 'medium-failed'
    throw createMediumError(fault, `${SENTENCE[fault]} (${error.name})`, error)
  }
}

type BrowserFault = 'medium-full' | 'medium-gone' | 'medium-forbidden' | 'medium-failed'

const FAULT_BY_NAME: Readonly<Record<string, BrowserFault>> = {
  QuotaExceededError: 'medium-full',
  InvalidStateError: 'medium-gone',
  SecurityError: 'medium-forbidden',
} satisfies Record<string, MediumFault>

const SENTENCE: Readonly<Record<BrowserFault, string>> = {
  'medium-full': 'This browser gives the site no more room. What is stored stays readable.',
  'medium-gone': 'The storage of this site has been cleared or replaced: open the page again.',
  'medium-forbidden': 'This browser does not let the site store anything; a private window may be the reason.',
  'medium-failed': 'The storage of this browser reports a fault.',
}
