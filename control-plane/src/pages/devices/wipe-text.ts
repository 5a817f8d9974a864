import type { WipeCheck } from '@cloudos/protocol/wipe-command'
import type { Tone } from '../../ui/tone.ts'

export interface WipeWords {
  readonly title: string
  readonly tone: Exclude<Tone, 'quiet'>
  /** What still holds everything. */
  readonly left: string
  readonly lost: readonly string[]
}

/** What a device says of its own loss, in words: places are counted by what they are lost with. */
export function wipeText({ isSafe, domainsLeft, onlyHere }: WipeCheck): WipeWords {
  const count = domainsLeft.length
  const left =
    count === 0
      ? 'No other place holds everything.'
      : `${count === 1 ? 'One place still holds everything' : `${String(count)} places that are not lost together still hold everything`}: ${domainsLeft.join(', ')}.`
  const lost = onlyHere.map(({ says }) => says)
  if (isSafe)
    return {
      title: lost.length === 0 ? 'Yes. Nothing would be lost.' : 'Yes. The profile lives on without it.',
      tone: 'good',
      left,
      lost,
    }
  if (count === 0) return { title: 'No. The profile would be lost with it.', tone: 'bad', left, lost }
  return { title: lost.length > 0 ? 'No. Something is only here.' : 'Not yet. Only one place would be left.', tone: 'warn', left, lost } // prettier-ignore
}
