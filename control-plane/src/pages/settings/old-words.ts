import { CloudError } from '@cloudos/protocol/cloud-error'
import { wordsProblem } from '../../ways/words-problem.ts'

/** The entropy of words as they were typed. Rejects with `CloudError` 'bad-words', which names the slip. */
export async function wordsFrom(text: string): Promise<Uint8Array> {
  const { parsePhrase } = await import('@cloudos/crypto/phrase')
  const words = parsePhrase(text)
  if (words.ok) return words.value
  throw new CloudError('bad-words', wordsProblem(words.error, text))
}
