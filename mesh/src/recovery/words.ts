import { parsePhrase } from '@cloudos/crypto/phrase'
import type { PhraseRefusal } from '@cloudos/crypto/phrase'
import { openSlot } from '@cloudos/crypto/slots'
import { findWrongWord } from './wrong-word.ts'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { parseSlot } from '@cloudos/protocol/slot'
import type { SealedCopy } from '../pairing/talk.ts'
import { sayOpenRefusal, sayWrongWord } from './refusal-text.ts'

type Sealed = Pick<SealedCopy, 'profileId' | 'slots'>

/** Recovery words as somebody typed them, for this copy. Throws `CloudError`: 'wrong-word' with its place, 'wrong-count' or 'wrong-words'. */
export async function readWords(copy: Sealed, text: string): Promise<Uint8Array> {
  const parsed = parsePhrase(text)
  if (parsed.ok) return parsed.value
  throw parsed.error.kind === 'bad-checksum' ? await sayWrongWords(copy, text) : sayTyped(parsed.error, wordsOf(text))
}

/** Words that are all in the list and open nothing: the one that is another is named when it is only one. */
export async function sayWrongWords(copy: Sealed, text: string): Promise<CloudError> {
  const at = await findWrongWord(wordsOf(text), (entropy) => opensSome(copy, entropy))
  return at === undefined ? sayOpenRefusal({ kind: 'wrong-way-in', way: 'phrase' }) : sayWrongWord(at, undefined)
}

function opensSome({ profileId, slots }: Sealed, entropy: Uint8Array): boolean {
  return slots.some((bytes) => {
    const slot = parseSlot(bytes)
    if (!slot.ok || slot.value.kind !== 'phrase') return false
    const opened = openSlot(profileId, slot.value, entropy.slice())
    if (opened.ok) opened.value.fill(0)
    return opened.ok
  })
}

function sayTyped(refusal: Exclude<PhraseRefusal, { kind: 'bad-checksum' }>, words: readonly string[]): CloudError {
  if (refusal.kind === 'unknown-word') return sayWrongWord(refusal.at, words[refusal.at])
  return new CloudError('wrong-count', `There are 24 recovery words; these are ${String(refusal.words)}.`)
}

function wordsOf(text: string): readonly string[] {
  return text.normalize('NFKD').toLowerCase().split(/\s+/).filter(Boolean)
}
