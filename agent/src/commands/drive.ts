import { beginDriveCommand, finishDriveCommand } from '@cloudos/protocol/drive-commands'
import type { DriveSignIn } from '../media/drive-sign-in.ts'
import { register } from './register.ts'
import type { Registered } from './register.ts'

/** The sign-in to a Google Drive. */
export function driveCommands(signIn: DriveSignIn): readonly Registered[] {
  return [
    register({ shape: beginDriveCommand, run: ({ where }) => signIn.begin(where) }),
    register({ shape: finishDriveCommand, run: (answer) => signIn.finish(answer) }),
  ]
}
