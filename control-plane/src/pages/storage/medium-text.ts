import type { MediumView } from '@cloudos/protocol/storage-commands'
import type { Tone } from '../../ui/tone.ts'
import { agoFrom } from '../../ui/time.ts'

export interface MediumWords {
  readonly state: string
  readonly tone: Tone
  readonly about: string
}

/** How a place is, in words. */
export function mediumText(medium: MediumView, nowMs: number): MediumWords {
  const { kind, gen, savedAtMs, behind, failureDomain } = medium
  const age = savedAtMs === undefined ? 'nothing saved yet' : `saved ${agoFrom(savedAtMs, nowMs)}`
  const about = kind === 'device' ? failureDomain : `revision ${String(gen)} · ${age} · ${failureDomain}`
  return { ...stateOf(medium, behind), about }
}

function stateOf({ state, kind }: MediumView, behind: number): Pick<MediumWords, 'state' | 'tone'> {
  switch (state) {
    case 'kept':
      if (kind === 'device') return { state: "the device's own disk", tone: 'good' }
      return behind === 0 ? { state: 'in step', tone: 'good' } : { state: 'saving', tone: 'info' }
    case 'away':
      return { state: 'away', tone: 'warn' }
    case 'waiting':
      return { state: 'waiting', tone: 'info' }
    case 'failed':
      return { state: 'failed', tone: 'bad' }
  }
}
