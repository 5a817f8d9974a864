import { CloudError } from '@cloudos/protocol/cloud-error'
import type { WaysAsk } from './ways-desk.ts'

/** What a tab may ask of the one that leads. */
export type LeaderAsk =
  | WaysAsk
  /** Take this browser out of the profile, and tell the other devices. */
  | { readonly ask: 'leave' }
  /** The owner takes what is here for the newest there is. */
  | { readonly ask: 'trust-copy' }

/**
 * Asks the tab that leads, and waits for what comes of it. Whenever a leader shows itself it is asked again, since it may be another
 * one or may not have listened yet; a question is acted on once.
 */
export function askLeader(channel: BroadcastChannel, asked: LeaderAsk): Promise<void> {
  const id = crypto.randomUUID()
  return new Promise((resolve, reject) => {
    const patience = setTimeout(() => {
      end()
      reject(new CloudError('no-answer', 'This browser did not get it done in time. Look at the list, and try again.'))
    }, ANSWER_WITHIN_MS)
    const listen = ({ data }: MessageEvent<unknown>): void => {
      const { answer, problem, status } = fieldsOf(data)
      if (status !== undefined) channel.postMessage({ question: id, asked })
      if (answer !== id) return
      end()
      const { code, message } = fieldsOf(problem)
      if (typeof code === 'string' && typeof message === 'string') reject(new CloudError(code, message))
      else resolve()
    }
    const end = (): void => {
      clearTimeout(patience)
      channel.removeEventListener('message', listen)
    }
    channel.addEventListener('message', listen)
    channel.postMessage({ question: id, asked })
  })
}

/** The leader's side: `act` rejects with `CloudError` when it is not done. */
export function answerTabs(channel: BroadcastChannel, act: (asked: LeaderAsk) => Promise<void>): Disposable {
  const heard = new Set<string>()
  const listen = ({ data }: MessageEvent<unknown>): void => {
    const { question, asked } = fieldsOf(data)
    const ask = findAsk(asked)
    if (typeof question !== 'string' || ask === undefined || heard.has(question)) return
    heard.add(question)
    void act(ask).then(
      () => { channel.postMessage({ answer: question }) }, // prettier-ignore
      (cause: unknown) => {
        if (!(cause instanceof CloudError)) throw cause
        channel.postMessage({ answer: question, problem: { code: cause.code, message: cause.message } })
      },
    )
  }
  channel.addEventListener('message', listen)
  return { [Symbol.dispose]: () => { channel.removeEventListener('message', listen) } } // prettier-ignore
}

/** Storage that is slow, and the other acts of the root before this one. */
const ANSWER_WITHIN_MS = 30_000

/** The tabs of one origin are one trust; parsing only keeps out what another version of the page would say. */
function findAsk(asked: unknown): LeaderAsk | undefined {
  const { ask, slot, label, name, mode, oldWords } = fieldsOf(asked)
  if (ask === 'seal' || ask === 'open-by-itself' || ask === 'look-again' || ask === 'leave' || ask === 'trust-copy')
    return { ask }
  if (ask === 'add' && slot instanceof Uint8Array && typeof label === 'string') return { ask, slot, label }
  if (ask === 'remove' && typeof name === 'string' && (mode === 'retire' || mode === 'revoke'))
    return { ask, name, mode, ...(oldWords instanceof Uint8Array && oldWords.length === 32 && { oldWords }) }
  return undefined
}

function fieldsOf(said: unknown): Partial<Record<string, unknown>> {
  return typeof said === 'object' && said !== null ? { ...said } : {}
}
