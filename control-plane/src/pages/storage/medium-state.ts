import type { MediumView } from '@cloudos/protocol/storage-commands'
import type { Tone } from '../../ui/tone.ts'

/** How a copy is, in a word or two. */
export function stateOf({ state, kind, behind }: MediumView): { readonly state: string; readonly tone: Tone } {
  switch (state) {
    case 'kept':
      if (kind === 'device') return { state: 'saved there', tone: 'good' }
      return behind === 0 ? { state: 'in step', tone: 'good' } : { state: 'saving', tone: 'info' }
    case 'away':
      return { state: 'away', tone: 'warn' }
    case 'waiting':
      return { state: 'waiting', tone: 'info' }
    case 'failed':
      return { state: 'failed', tone: 'bad' }
    case 'doubted':
      return { state: 'not believed', tone: 'bad' }
  }
}
