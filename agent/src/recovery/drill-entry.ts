import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DrillEntry } from '@cloudos/protocol/recovery-commands'
import type { AddedKind, Entry } from '@cloudos/protocol/storage-commands'
import type { StoredMedium } from '../journal/media.ts'
import type { Credential } from '../media/kinds.ts'

/** What one drill signs in to a place with. */
export interface Entrance {
  readonly entry: Entry
  /** Only what was asked for: what this device keeps stays with the desk that keeps it. */
  readonly asked?: Credential
}

/** With which somebody has signed in to a place for a drill alone. */
export type SignedInForDrill = (kind: AddedKind, where: string) => Credential | undefined

/**
 * Nothing that this device keeps is used unless whoever asks says so. Throws `CloudError` 'needs-credential' where the place takes a
 * credential and none was given, 'wrong-account' where somebody signed in as somebody else than the copy is of.
 */
export function entranceTo(
  { kind, where, account: kept, sealedCredential }: StoredMedium,
  { account, secret, stored }: DrillEntry,
  signedIn: SignedInForDrill,
): Entrance {
  if (sealedCredential === undefined) return { entry: 'not-needed' }
  if (stored === true) return { entry: 'stored' }
  if (secret !== undefined) return { entry: 'asked', asked: { account: account ?? kept ?? '', secret } }
  const asked = signedIn(kind, where)
  if (asked === undefined) throw needsCredential(kind, where)
  if (asked.account !== kept) throw wrongAccount(asked.account, kept ?? where)
  return { entry: 'asked', asked }
}

/** What a person typed says nothing about the copy. */
export function isOfTyping({ code }: CloudError): boolean {
  return ['needs-credential', 'wrong-account', 'wrong-credential'].includes(code)
}

/** The place has refused what was typed: whatever this device keeps for it may be good all the same. */
export function sayWrongCredential(cause: unknown, { kind, where, account }: StoredMedium): unknown {
  if (!(cause instanceof CloudError)) return cause
  // GitHub tells whoever may not see a repository that there is none.
  if (cause.code !== 'medium-forbidden' && !(kind === 'github' && cause.code === 'medium-gone')) return cause
  const asWhom = account === undefined ? '' : ` as ${account}`
  return new CloudError(
    'wrong-credential',
    `${where} does not let you in${asWhom} with what you gave now. Compare it with what you keep beside part B of your kit; what this device keeps was not used.`,
    cause,
  )
}

function needsCredential(kind: AddedKind, where: string): CloudError {
  const how = kind === 'drive' ? 'Sign in to Google anew' : 'Type its password, key or token anew'
  return new CloudError(
    'needs-credential',
    `A new machine does not have what signs in to ${where}. ${how}, from part B of your kit, or go on with what this device keeps, which shows less.`,
  )
}

function wrongAccount(signedIn: string, due: string): CloudError {
  return new CloudError(
    'wrong-account',
    `You signed in to Google as ${signedIn}, and the copy lies in the Drive of ${due}. Sign in there.`,
  )
}
