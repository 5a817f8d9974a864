import { waysBack } from '../../profile/ways-back.ts'
import type { WayBack, WaysBackFrom } from '../../profile/ways-back.ts'
import { isOnlyCopy } from './attention.ts'

/** What the owner should know and do about coming back to the profile. */
export interface OneWayBack {
  readonly title: string
  readonly detail: string
  readonly canSaveKit: boolean
  readonly canAddCopy: boolean
}

/** `undefined` once two independent ways back are there, and a copy for them to open. */
export function oneWayBack(status: WaysBackFrom): OneWayBack | undefined {
  const { ways, enough } = waysBack(status)
  const isAlone = isOnlyCopy(status)
  if (enough && !isAlone) return undefined
  const can = {
    canSaveKit: !ways.includes('kit'),
    canAddCopy: !ways.includes('second-device') && !ways.includes('second-storage'),
  }
  if (isAlone)
    return {
      title: 'This profile exists only in this browser. Clearing site data deletes it for good.',
      detail: can.canSaveKit
        ? 'Words on paper and a copy elsewhere bring it back together; neither does alone.'
        : 'Your way back in is there; what is missing is a copy elsewhere for it to open.',
      ...can,
    }
  const [only] = ways
  if (only === undefined)
    return {
      title: 'The key that adds and removes devices exists only in this browser.',
      detail: 'Your notes are on other devices too. Clearing site data here deletes the key for good.',
      ...can,
    }
  return { title: `One way back to this profile so far: ${NAMES[only]}.`, detail: 'A second one saves you when it is lost.', ...can } // prettier-ignore
}

const NAMES: Readonly<Record<WayBack, string>> = {
  kit: 'your recovery words',
  'second-device': 'another machine',
  'second-storage': 'a copy in another place',
  'wallet-or-passkey': 'your wallet or passkey',
}
