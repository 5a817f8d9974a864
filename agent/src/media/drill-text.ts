import { CloudError } from '@cloudos/protocol/cloud-error'
import type { StoredMedium } from '../journal/media.ts'

export function noSuchMedium(): CloudError {
  return new CloudError('no-such-medium', 'This device keeps no such place. List them again.')
}

/** What a medium shows is behind what has been there: somebody put an old state back, or keeps the newest from us. */
export function staleCopy(where: string): CloudError {
  return new CloudError(
    'copy-stale',
    `${where} shows an older copy than this device has seen there. It would bring back an old state. Nothing was changed; look who restored it, or remove the place and add it again.`,
  )
}

const OUT_OF_REACH = new Set(['medium-gone', 'medium-unreachable', 'medium-forbidden'])

/** A place that cannot be reached: with where that lies which it takes to reach it. Everything else stays what it is. */
export function sayUnreached(
  cause: unknown,
  medium: Pick<StoredMedium, 'kind' | 'where' | 'sealedCredential'>,
): unknown {
  if (!(cause instanceof CloudError) || !OUT_OF_REACH.has(cause.code)) return cause
  return new CloudError(cause.code, `${cause.message} ${credentialText(medium)}`, cause)
}

function credentialText({
  kind,
  where,
  sealedCredential,
}: Pick<StoredMedium, 'kind' | 'where' | 'sealedCredential'>): string {
  if (sealedCredential !== undefined)
    return `What signs in to ${where} lies sealed on this device and nowhere in the copy: keep it with part B of your recovery kit too.`
  return kind === 'folder' ? `${where} needs no password: the disk itself is the key.` : `${where} needs no password.`
}
