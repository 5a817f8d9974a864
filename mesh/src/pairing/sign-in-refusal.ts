import { CloudError } from '@cloudos/protocol/cloud-error'
import { pairingRefusal } from './refusal.ts'

/** Why a device did not get into a Google Drive, in words of this side, as in `pairingRefusal`. */
export function signInRefusal(code: string): CloudError {
  const sentence = SENTENCES.get(code)
  return sentence === undefined ? pairingRefusal(code) : new CloudError(code, sentence)
}

const SENTENCES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'bad-address':
      'Give the whole id of your OAuth client: figures, a dash, letters, and .apps.googleusercontent.com at its end. By hand, give the whole address that Google’s page led to.',
    'bad-client':
      'Google does not ask for this client. Look whether its id is whole, whether it was deleted, and whether its kind is "Desktop app".',
    'wrong-client':
      'Google does not know this client and its secret together. Copy both again from the Google Cloud console.',
    'not-ticked':
      'The box for the application’s own folder was not ticked on Google’s page. Sign in again and tick it.',
    refused: 'Google’s page was left without consent. Nothing was read. Sign in again to go on.',
    superseded: 'Another sign-in to Google was begun on this computer, so this one has ended. Begin again.',
    'too-late': 'Nobody answered on Google’s page within ten minutes. Begin again.',
    'no-such-attempt': 'This sign-in is not waited for any more. Begin again.',
    'no-such-kind': 'The CloudOS on this computer cannot sign in to Google. Update it, then try again.',
    'medium-forbidden':
      'Google let you in, and not to the Drive: enable the Google Drive API in the project of this client, wait a few minutes, then sign in again.',
    'medium-unreachable': 'Google does not answer: look at the network of this computer, then sign in again.',
    'medium-failed': 'Google answers otherwise than it should. Try again in a minute.',
  }),
)
