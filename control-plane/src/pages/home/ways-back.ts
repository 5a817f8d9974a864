import type { ProfileStatus } from '../../profile/status.ts'
import { isOnlyCopy } from './attention.ts'

type Known = Pick<ProfileStatus, 'devices' | 'ways'>

/** What the owner should do about coming back to the profile; `undefined` once two independent ways are there. */
export interface OneWayBack {
  readonly title: string
  readonly detail: string
  readonly canSaveKit: boolean
  readonly canAddCopy: boolean
}

/** Ways back that do not fall together: words on paper, a wallet, another device. What lies in this browser falls with its site data. */
export function waysBack({ devices, ways }: Known): readonly string[] {
  const hasKind = (kind: string): boolean => ways.some((way) => way.kind === kind)
  return [
    ...(hasKind('phrase') ? ['your recovery words'] : []),
    ...(hasKind('wallet-message') || hasKind('wallet-memo') ? ['your wallet'] : []),
    ...(isOnlyCopy({ devices }) ? [] : ['another device']),
  ]
}

export function oneWayBack(status: Known): OneWayBack | undefined {
  const back = waysBack(status)
  const isAlone = isOnlyCopy(status)
  if (back.length > 1 && !isAlone) return undefined
  const canSaveKit = !back.includes('your recovery words')
  if (isAlone)
    return {
      title: 'This profile exists only in this browser. Clearing site data deletes it for good.',
      detail: canSaveKit
        ? 'Words on paper and a copy elsewhere bring it back together; neither does alone.'
        : 'Your way in is there; what is missing is a copy elsewhere for it to open.',
      canSaveKit,
      canAddCopy: true,
    }
  return {
    title: 'The key that adds and removes devices exists only in this browser.',
    detail: 'Your notes are on other devices too. Clearing site data here deletes the key for good.',
    canSaveKit,
    canAddCopy: false,
  }
}
