import { CloudError } from '@cloudos/protocol/cloud-error'

/**
 * What the other side refused, in words of this side: only its code crosses the wire, so that nobody can put a sentence on a screen
 * here. A code that is not known says no more than that.
 */
export function pairingRefusal(code: string): CloudError {
  const sentence = SENTENCES.get(code)
  if (sentence !== undefined) return new CloudError(code, sentence)
  return new CloudError('pairing-refused', 'The other device did not agree. Nothing was shared.')
}

const SENTENCES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'in-another-profile':
      'That device belongs to another profile. Remove it there first, or start it with an empty home.',
    'in-no-profile': 'The device that made this link is in no profile yet. Open its page first.',
    'not-a-member':
      'What was signed does not let that device in. Nothing was changed there. Try again with a new link.',
    'not-let-in': 'What was signed does not let this browser in. Try again with a new link.',
    'words-differ': 'The words were not the same: somebody may be in between. Nothing was shared. Make a new link.',
    'no-copy': 'That device has no copy of the ways in yet. Open its page in a browser that is signed in, once.',
    'bad-path': 'Give the whole path of the folder, from its root: /media/stick/cloudos, say.',
    'no-such-folder':
      'There is no such folder on that device. Is its disk plugged in, and the path spelled as it is there?',
    'not-a-folder': 'That path leads to a file. Give the folder that holds the copy.',
    'not-readable': 'CloudOS may not read that folder. Change its permissions there, or give another folder.',
    'not-writable': 'CloudOS may not write to that folder. Change its permissions there, or give another folder.',
    'nothing-there': 'No copy of a profile lies in that folder. The right one holds a README.txt of CloudOS.',
    'copy-damaged': 'The copy in that folder is damaged. Nothing was opened or changed. Use another copy.',
    'damaged-head':
      'The copy in that folder is damaged: the record that leads to all the rest (its head) is not as a device of the profile signed it. Nothing was opened or changed. Use another copy.',
    'damaged-pack-index':
      'The copy in that folder is damaged: its list of what belongs to it (the pack index) is gone or changed. Nothing was opened or changed. Use another copy.',
    'damaged-authority':
      'The copy in that folder is damaged: the log of who belongs to the profile is gone or changed. Nothing was opened or changed. Use another copy.',
    'damaged-ways':
      'The copy in that folder is damaged: what its ways in open (the slots) is not what the profile’s key has signed. Nothing was opened or changed. Use another copy.',
    'damaged-vault':
      'The copy in that folder is damaged: the sealed vault that its ways in lead to is gone or changed. Nothing was opened or changed. Use another copy.',
    'copy-newer': 'The copy in that folder was written by a newer CloudOS. Update this one, then try again.',
    'foreign-profile':
      'Another profile lies in that folder than the one that device is in. Nothing was opened or changed.',
    'medium-gone': 'The folder is not there any more: its disk may have been taken away. Plug it in and try again.',
    'medium-unreachable': 'The folder does not answer now: its disk or its network may be down. Try again.',
    'medium-forbidden':
      'CloudOS may not read all of that folder. Change its permissions there, or give another folder.',
    'medium-failed': 'The disk of that folder reports a fault. Nothing was opened. Try again, or use another copy.',
  }),
)
