import { CloudError } from '@cloudos/protocol/cloud-error'
import type { AddedKind } from '@cloudos/protocol/storage-commands'
import { pairingRefusal } from './refusal.ts'
import type { CopyPlace } from './talk.ts'

/**
 * Why a device shows no copy, in words of this side, as in `pairingRefusal`. They speak of the place that was asked for: what is wrong
 * with a folder is put right otherwise than what is wrong with a server.
 */
export function copyRefusal(where: CopyPlace, code: string): CloudError {
  const sentence = where.in === 'place' ? findSentence(where.place.kind, code) : undefined
  return sentence === undefined ? pairingRefusal(code) : new CloudError(code, sentence)
}

function findSentence(kind: AddedKind, code: string): string | undefined {
  if (kind === 'folder') return FOLDER.get(code) ?? inThe('folder').get(code)
  return SERVERS[kind]?.get(code) ?? SERVER.get(code) ?? inThe(NOUNS[kind]).get(code)
}

const NOUNS: Readonly<Record<AddedKind, string>> = {
  folder: 'folder',
  webdav: 'place on the server',
  s3: 'bucket',
  github: 'repository',
  drive: 'Drive',
  peer: 'device',
}

const FOLDER = table({
  'bad-path': 'Give the whole path of the folder, from its root: /media/stick/cloudos, say.',
  'no-such-folder':
    'There is no such folder on that device. Is its disk plugged in, and the path spelled as it is there?',
  'not-a-folder': 'That path leads to a file. Give the folder that holds the copy.',
  'not-readable': 'CloudOS may not read that folder. Change its permissions there, or give another folder.',
  'not-writable': 'CloudOS may not write to that folder. Change its permissions there, or give another folder.',
  'nothing-there': 'No copy of a profile lies in that folder. The right one holds a README.txt of CloudOS.',
  'medium-gone': 'The folder is not there any more: its disk may have been taken away. Plug it in and try again.',
  'medium-unreachable': 'The folder does not answer now: its disk or its network may be down. Try again.',
  'medium-forbidden': 'CloudOS may not read all of that folder. Change its permissions there, or give another folder.',
  'medium-failed': 'The disk of that folder reports a fault. Nothing was opened. Try again, or use another copy.',
})

const SERVER = table({
  'bad-address':
    'That is no address of such a place. Copy it from part B of your recovery kit, or from the server’s page.',
  'secret-in-address': 'Leave the user name and the password out of the address, and give them apart.',
  'not-encrypted': 'Over http:// everybody on the way reads the password. Use the https:// address of this server.',
  'no-credential': 'That place wants to know who asks. Give what it is signed in to with.',
  'no-such-kind': 'The CloudOS on this computer cannot read places of this kind. Update it, then try again.',
  'medium-unreachable':
    'The server does not answer: look at the address and at the network of this computer, then try again.',
  'medium-failed':
    'The server answers otherwise than a place for a copy does. Is the address the one in part B of your recovery kit?',
})

/** Where a kind has more to say than what holds for all that lies on a server. */
const SERVERS: Readonly<Partial<Record<AddedKind, ReadonlyMap<string, string>>>> = {
  webdav: table({
    'nothing-there':
      'The server lets you in, but no copy of a profile lies at that address. Is it the whole address of its folder?',
    'medium-gone': 'The server lets you in, but there is no such folder. Is it the whole address of the copy?',
    'medium-forbidden': 'The server does not accept this user name and password. Use the ones it accepts now.',
  }),
  s3: table({
    'nothing-there':
      'No copy of a profile lies in that bucket, or there is no such bucket. Is the whole address right?',
    'medium-forbidden':
      'The server does not accept this access key, or not for this bucket. Make one that reads and writes it, and see that the clock of this computer is right.',
    'no-credential': 'Give the id of an access key for this bucket, and its secret half.',
  }),
  peer: table({
    'bad-address':
      'That is no address of a device. Copy it whole from where its code is shown, or from part B of your recovery kit.',
    'bad-code': 'The code is mistyped: it is 29 letters and digits in groups of five. Look at it again.',
    'code-refused':
      'That device does not take this code: it works once, and for ten minutes. Have it show a new one and try again.',
    'no-credential': 'Give the code that the other device shows: cloudos device code, or the button on its page.',
    'medium-unreachable':
      'That device does not answer. Is it running, is the address right, and does it show a code now? Then try again.',
    'no-ways':
      'The profile on that device has no way in yet: nothing could open it. Protect it first on a page that is signed in.',
    'ways-behind':
      'That device has not got the newest ways in yet. Open a signed-in page that reaches it once, or use another copy.',
    'no-profile': 'That device is in no profile. It keeps nothing that could be brought back.',
    'medium-full': 'The disk of that device is full. Free some space there, then try again.',
    'medium-failed': 'That device cannot show its copy, or is of another version. Update both, or use another copy.',
  }),
  drive: table({
    'nothing-there':
      'Google let you in, but no copy of a profile lies there. Sign in with the account that holds it, by a client of the project that put it there: part B of your recovery kit names both.',
    'medium-gone':
      'Google let you in, but there is no copy for this client in that account. Sign in with the account that holds it, by a client of the project that put it there: part B of your recovery kit names both.',
    'medium-forbidden':
      'Google has ended this sign-in: it was withdrawn, or its project is still in testing, where each one ends after 7 days. Sign in again, and publish the project.',
    'medium-unreachable': 'Google Drive does not answer, or asks to be left alone for a while. Try again in a minute.',
    'bad-address': 'That is no id of an OAuth client. It ends with .apps.googleusercontent.com.',
    'no-credential': 'Sign in to Google first.',
  }),
  github: table({
    'bad-address': 'Name the repository as owner/name, and leave the token out of it.',
    'medium-gone':
      'There is no such repository, or this token may not see it. A fine-grained token names the repositories it is for.',
    'medium-forbidden':
      'GitHub does not accept this token (it may have expired), or the token may not write to this repository, or the repository is public. It needs "Contents: read and write" for this private repository.',
    'medium-unreachable': 'GitHub does not answer, or asks to be left alone for a while. Try again in a minute.',
    'no-credential': 'Give a fine-grained token of GitHub with "Contents: read and write" for this repository alone.',
  }),
}

function inThe(noun: string): ReadonlyMap<string, string> {
  const damaged = (what: string) =>
    `The copy in that ${noun} is damaged: ${what} Nothing was opened or changed. Use another copy.`
  return table({
    'nothing-there': `No copy of a profile lies in that ${noun}.`,
    'copy-damaged': `The copy in that ${noun} is damaged. Nothing was opened or changed. Use another copy.`,
    'damaged-head': damaged(
      'the record that leads to all the rest (its head) is not as a device of the profile signed it.',
    ),
    'damaged-pack-index': damaged('its list of what belongs to it (the pack index) is gone or changed.'),
    'damaged-authority': damaged('the log of who belongs to the profile is gone or changed.'),
    'damaged-ways': damaged('what its ways in open (the slots) is not what the profile’s key has signed.'),
    'damaged-vault': damaged('the sealed vault that its ways in lead to is gone or changed.'),
    'copy-newer': `The copy in that ${noun} was written by a newer CloudOS. Update this one, then try again.`,
    'foreign-profile': `Another profile lies in that ${noun} than the one that device is in. Nothing was opened or changed.`,
    'medium-gone': `What was in that ${noun} is not there any more.`,
    'medium-forbidden': `CloudOS is not let into that ${noun} with what it was given. Use what it accepts now.`,
    'medium-failed': `Something is wrong with that ${noun}. Nothing was opened. Try again, or use another copy.`,
    'medium-unreachable': `That ${noun} cannot be reached now. Try again.`,
  })
}

function table(sentences: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(sentences))
}
