import { CloudError } from '@cloudos/protocol/cloud-error'

/** What an operation on `path` failed with, as a person should hear it; a mistake of ours comes back as it is. */
export function brokenWorld(cause: unknown, path: string): unknown {
  switch (findErrno(cause)) {
    case undefined:
      return cause
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(path, cause)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new CloudError(
        'not-writable',
        `CloudOS may not write to ${path}. What was there is as it was. Give yourself the right to write there, or start with CLOUDOS_HOME=/another/folder.`,
        cause,
      )
    default:
      return new CloudError(
        'disk-failed',
        `The disk failed at ${path}: ${messageOf(cause)}. What was acknowledged before is as it was. Check the disk, then start CloudOS again.`,
        cause,
      )
  }
}

export function diskFull(path: string, cause: unknown): CloudError {
  return new CloudError(
    'disk-full',
    `The disk that holds ${path} is full. Everything acknowledged is kept; nothing new is taken. Free some space and try again.`,
    cause,
  )
}

/** The system's name of an error (ENOSPC …); `undefined` for one that does not come from the system. */
export function findErrno(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !('errno' in cause) || !('code' in cause)) return undefined
  return typeof cause.code === 'string' ? cause.code : undefined
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'unknown'
}
