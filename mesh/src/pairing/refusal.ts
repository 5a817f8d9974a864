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
  }),
)
