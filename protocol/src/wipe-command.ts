import { flag, list, oneOf, text, uint } from './codecs.ts'
import { nothing, QUICK_MS } from './command.ts'
import type { CommandShape, Nothing } from './command.ts'
import { LIMITS } from './limits.ts'
import { at, record } from './record.ts'

/** Something that would be lost with a device. */
export interface OnlyHere {
  /** `edits`: no other place has the newest of a document. `jobs`: logs, outputs, receipts. `way`: nothing else opens the profile. */
  readonly kind: 'edits' | 'jobs' | 'way'
  readonly count: number
  readonly says: string
}

export interface WipeCheck {
  /** Nothing is only here, and what is left cannot be lost at once. */
  readonly isSafe: boolean
  /** What holds the whole profile when this device is gone, by what is lost together: each counts once, however many copies are in it. */
  readonly domainsLeft: readonly string[]
  readonly onlyHere: readonly OnlyHere[]
}

const sentence = text(LIMITS.storageTextMaxBytes)

export const wipeCheckCommand: CommandShape<Nothing, WipeCheck> = {
  name: 'device.wipe-check',
  effect: 'reads',
  grant: { resource: 'medium:*', act: 'read' },
  says: 'Tell whether this device can be wiped without losing anything.',
  examples: ['cloudos device wipe-check', 'cloudos device wipe-check --json'],
  input: nothing,
  output: record<WipeCheck>({
    isSafe: at(1, flag, 'whether nothing would be lost'),
    domainsLeft: at(
      2,
      list(sentence, { max: LIMITS.mediaMax + LIMITS.connectionsMax }),
      'what would still hold everything',
    ),
    onlyHere: at(
      3,
      list(
        record<OnlyHere>({
          kind: at(1, oneOf({ edits: 1, jobs: 2, way: 3 })),
          count: at(2, uint()),
          says: at(3, sentence),
        }),
        { max: 8 },
      ),
      'what would be lost',
    ),
  }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}
