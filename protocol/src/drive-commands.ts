import { flag, hexOf, secretText, text, uint } from './codecs.ts'
import { QUICK_MS } from './command.ts'
import type { CommandShape } from './command.ts'
import { LIMITS } from './limits.ts'
import { at, maybeAt, record } from './record.ts'

export interface DriveClientNamed {
  readonly where: string
}

/** A question to Google that waits for a person. */
export interface DriveAttempt {
  readonly attempt: string
  /** Google's page that asks the person; it comes back to the device. */
  readonly url: string
}

const attempt = hexOf(16)

export const beginDriveCommand: CommandShape<DriveClientNamed, DriveAttempt> = {
  name: 'drive.begin',
  effect: 'leaves',
  grant: { resource: 'medium:*', act: 'control' },
  says: 'Begin the sign-in to a Google Drive: gives the address of the page where Google asks.',
  examples: ['cloudos drive begin 123456789012-abcdefghijklmnop.apps.googleusercontent.com'],
  input: record<DriveClientNamed>({
    where: at(1, text(LIMITS.storageTextMaxBytes), 'the id of an OAuth client of the kind "Desktop app"'),
  }),
  output: record<DriveAttempt>({
    attempt: at(1, attempt),
    url: at(2, text(4 * 1024)),
  }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: 6 * QUICK_MS,
}

export interface DriveAnswer {
  readonly attempt: string
  readonly clientSecret: string
  readonly returned?: string
  /** For a drill of a copy that is kept there already: nothing is added, and the sign-in is kept in memory for ten minutes. */
  readonly drill?: boolean
}

export interface DriveAdded {
  /** Left out for a drill, and by a device in no profile: it can read the copy there for as long as its agent runs, to come back from it. */
  readonly mediumId?: string
  /** As whom. */
  readonly account: string
  /** Google ends the sign-in then: the project is still in testing. */
  readonly endsAtMs?: number
}

export const finishDriveCommand: CommandShape<DriveAnswer, DriveAdded> = {
  name: 'drive.finish',
  effect: 'leaves',
  grant: { resource: 'medium:*', act: 'control' },
  says: 'Wait for the answer on Google’s page, then keep a copy in that Google Drive.',
  examples: ['cloudos drive finish 00112233445566778899aabbccddeeff --secret-file secret.txt'],
  input: record<DriveAnswer>({
    attempt: at(1, attempt, 'which one, as its beginning named it'),
    clientSecret: at(2, secretText(256), 'the secret of the client'),
    returned: maybeAt(3, text(4 * 1024), 'the address that Google’s page led to, where it could not be opened'),
    drill: maybeAt(4, flag, 'only for a drill of a copy that is kept there already'),
  }),
  output: record<DriveAdded>({
    mediumId: maybeAt(1, text(32)),
    account: at(2, text(LIMITS.storageAccountMaxBytes)),
    endsAtMs: maybeAt(3, uint()),
  }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: 12 * 60_000,
}
