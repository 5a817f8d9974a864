import { CloudError } from '@cloudos/protocol/cloud-error'

/** What the device with the code refused, in words of this side: only its code crosses the wire. */
export function copyRefused(code: string): CloudError {
  const sentence = SENTENCES.get(code)
  if (sentence !== undefined) return new CloudError(code, sentence)
  return new CloudError(
    'medium-failed',
    'That device cannot show its copy. Nothing was opened. Try again, or use another copy.',
  )
}

const SENTENCES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'no-ways':
      'The profile on that device has no way in yet: nothing could open it. Protect it first on a page that is signed in.',
    'ways-behind':
      'That device has not got the newest ways in yet. Open a signed-in page that reaches it once, or use another copy.',
    'no-profile': 'That device is in no profile. It keeps nothing that could be brought back.',
    'code-refused':
      'That device does not know this one: its code has run out. Pair the two with a link: cloudos device pair',
    'not-let-in': 'What was signed does not let this device in. Nothing was changed there.',
    'blob-damaged': 'That device shows a part of its copy that is damaged.',
    'medium-full': 'The disk of that device is full. Free some space there, then try again.',
  }),
)
