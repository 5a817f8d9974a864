import { flag, id, list, oneOf, text, uint } from './codecs.ts'
import { QUICK_MS } from './command.ts'
import type { CommandShape } from './command.ts'
import type { DeviceId } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, maybeAt, record } from './record.ts'

/** Something that would be lost with a device. */
export interface OnlyHere {
  /** `edits`: no other place has the newest of a document. `jobs`: logs, outputs, receipts. `way`: nothing else opens the profile. */
  readonly kind: 'edits' | 'jobs' | 'way'
  readonly count: number
  readonly says: string
}

/** A document that would be lost, or left where one loss takes it. */
export interface DocumentLeft {
  readonly name: string
  /** What would still hold the newest of it; fewer than two. */
  readonly domainsLeft: readonly string[]
}

export interface WipeCheck {
  /** Nothing is only there, and what is left cannot be lost at once. */
  readonly isSafe: boolean
  /** What holds the whole profile when the device is gone, by what is lost together: each counts once, however many copies are in it. */
  readonly domainsLeft: readonly string[]
  readonly onlyHere: readonly OnlyHere[]
  /** The documents that would not be safe. */
  readonly documents: readonly DocumentLeft[]
  /** Of another device than the one that answers: when that one last said what it holds. */
  readonly heardAtMs?: number
}

export interface WipeQuestion {
  readonly deviceId?: DeviceId
}

const sentence = text(LIMITS.storageTextMaxBytes)
const domains = list(sentence, { max: LIMITS.mediaMax + LIMITS.connectionsMax })

export const wipeCheckCommand: CommandShape<WipeQuestion, WipeCheck> = {
  name: 'device.wipe-check',
  effect: 'reads',
  grant: { resource: 'medium:*', act: 'read' },
  says: 'Tell whether a device can be wiped without losing anything.',
  examples: ['cloudos device wipe-check', 'cloudos device wipe-check attic', 'cloudos device wipe-check --json'],
  input: record<WipeQuestion>({ deviceId: maybeAt(1, id('DeviceId'), 'which one; otherwise the one that is asked') }),
  output: record<WipeCheck>({
    isSafe: at(1, flag, 'whether nothing would be lost'),
    domainsLeft: at(2, domains, 'what would still hold everything'),
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
    documents: at(
      4,
      list(record<DocumentLeft>({ name: at(1, sentence), domainsLeft: at(2, domains) }), {
        max: LIMITS.docsPerProfile,
      }),
      'the documents that would be lost, or left in one place',
    ),
    heardAtMs: maybeAt(5, uint(), 'when that device last said what it holds'),
  }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}
