import type { PhraseRefusal } from '@cloudos/crypto/phrase'

/** What is wrong with recovery words as they were typed, naming the word where one can be named. */
export function wordsProblem(refusal: PhraseRefusal, text: string): string {
  switch (refusal.kind) {
    case 'wrong-count':
      return `There are 24 words; these are ${String(refusal.words)}.`
    case 'unknown-word': {
      const word = text.split(/\s+/).filter(Boolean)[refusal.at] ?? ''
      return `Word ${String(refusal.at + 1)}, “${word}”, is not in the list of words. Look for a slip of the pen.`
    }
    case 'bad-checksum':
      return 'Each word is in the list, but one of them is another or stands in another place.'
  }
}
