import type { WipeCheck } from '@cloudos/protocol/wipe-command'
import { agoFrom } from '../../ui/time.ts'
import type { Tone } from '../../ui/tone.ts'

export interface WipeWords {
  readonly title: string
  readonly tone: Exclude<Tone, 'quiet'>
  /** What still holds everything. */
  readonly left: string
  readonly lost: readonly string[]
  /** Each document that would not be safe, and what would still hold it. */
  readonly documents: readonly string[]
  /** How old what is known is; empty where the device itself has answered. */
  readonly known: string
}

/** What a device says of its own loss, in words: places are counted by what they are lost with. */
export function wipeText(checked: WipeCheck, nowMs: number): WipeWords {
  const { heardAtMs } = checked
  const known = heardAtMs === undefined ? '' : `It is not asked itself: this is by what it last said, ${agoFrom(heardAtMs, nowMs)}.` // prettier-ignore
  return { ...verdictOf(checked), documents: checked.documents.map(documentText), known }
}

function documentText({ name, domainsLeft }: WipeCheck['documents'][number]): string {
  return domainsLeft.length === 0
    ? `${name}: would be lost`
    : `${name}: only one place would be left, ${domainsLeft.join(', ')}`
}

function verdictOf({ isSafe, domainsLeft, onlyHere }: WipeCheck): Omit<WipeWords, 'documents' | 'known'> {
  const count = domainsLeft.length
  const left =
    count === 0
      ? 'No other place holds everything.'
      : `${count === 1 ? 'One place still holds everything' : `${String(count)} independent places still hold everything`}: ${domainsLeft.join(', ')}.`
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
