import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Contradiction } from './lie.ts'

/** A medium shows what it should not. `code` is the kind of the contradiction: 'rolled-back', 'forked', or 'behind' while it may only be late. */
export class DoubtedCopy extends CloudError {
  /** The name of the device that was shown otherwise; `undefined` where it is this one. */
  readonly seenBy: string | undefined

  constructor(kind: Contradiction['kind'], medium: string, seenBy: string | undefined) {
    super(kind, sentenceOf(kind, medium, seenBy))
    this.name = 'DoubtedCopy'
    this.seenBy = seenBy
  }
}

function sentenceOf(kind: Contradiction['kind'], medium: string, seenBy: string | undefined): string {
  const before = seenBy === undefined ? 'than it has shown before' : `than it has shown to your device "${seenBy}"`
  const unless = seenBy === undefined ? '' : ` If "${seenBy}" is not to be believed, remove that device.`
  switch (kind) {
    case 'rolled-back':
      return `${medium} shows an older copy ${before}: it was put back from a backup, or somebody lies. ${UNTOUCHED}${unless}`
    case 'forked':
      return `${medium} shows another history ${before}: it was put back from a backup, or somebody lies. ${UNTOUCHED}${unless}`
    case 'behind':
      return `${medium} shows an older copy ${before}. It may be late: nothing is written there for now, and it is looked at again by itself.`
  }
}

const UNTOUCHED = 'Nothing was taken from it or written to it. If you know why, use this copy again.'
