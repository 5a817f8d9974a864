import type { IncidentView } from '../../profile/status.ts'
import type { Tone } from '../../ui/tone.ts'

export interface IncidentWords {
  readonly title: string
  readonly detail: string
  readonly tone: Exclude<Tone, 'quiet' | 'good'>
}

/** What happened, what was kept, and what to do, in words for the owner. */
export function incidentText({ kind, deviceName, detail }: IncidentView): IncidentWords {
  const who = deviceName ?? 'A device'
  switch (kind) {
    case 'chain-frozen':
      return {
        title: `${who} wrote two different things in one place`,
        detail:
          'That happens when a copy of its data is in use elsewhere. Nothing more is taken from that chain; what came before stays. Restart CloudOS on that device.',
        tone: 'bad',
      }
    case 'false-snapshot':
      return {
        title: `${who} sent a summary of a document that is not what its edits add up to`,
        detail: 'It was not used: nothing was changed by it. Look at that device, and remove it if it is not yours.',
        tone: 'bad',
      }
    case 'rollback':
      return {
        title: `${who} offered an older state than before`,
        detail: 'Your newer state is kept. Someone may have put an old copy back; look at that device.',
        tone: 'bad',
      }
    case 'fork':
      return {
        title: `${who} told two devices different histories`,
        detail: 'Your state is kept. Treat that device as broken into until you know why.',
        tone: 'bad',
      }
    case 'medium-rollback':
      return {
        title: 'A copy of the profile went back to an older state',
        detail: `It was not overwritten: ${detail}. Storage tells what can be done.`,
        tone: 'bad',
      }
    case 'medium-fork':
      return {
        title: 'A copy of the profile shows another history than before',
        detail: `Nothing was taken from it, and it was not overwritten: ${detail}. Storage tells what can be done.`,
        tone: 'bad',
      }
    case 'medium-damage':
      return {
        title: 'A part of a copy of the profile is damaged or withheld',
        detail: `Nothing was taken from it, and it was not overwritten: ${detail}. Storage tells what can be done.`,
        tone: 'bad',
      }
    case 'not-saved':
      return { title: 'An edit could not be saved here', detail, tone: 'bad' }
    case 'removed':
      return {
        title: 'This browser was removed from the profile',
        detail: 'It keeps what it has and gets nothing new. Pair it again from a device that is in the profile.',
        tone: 'bad',
      }
    case 'log-damage':
      return {
        title: 'Part of the stored history was damaged',
        detail: 'The damaged part was set aside and the rest opened. What other devices hold comes back by itself.',
        tone: 'warn',
      }
    case 'frame-refused':
      return {
        title: `${who} sent something that was refused`,
        detail: `Nothing was taken from it. Reason: ${detail}.`,
        tone: 'info',
      }
  }
}
