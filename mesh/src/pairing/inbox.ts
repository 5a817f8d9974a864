import { CloudError } from '@cloudos/protocol/cloud-error'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Channel } from '@cloudos/protocol/ports'

/** The messages of a channel one at a time, for protocols that are a conversation. */
export interface Inbox {
  /** Rejects (`CloudError`) when the channel ends ('pairing-ended'), says too much ('pairing-refused') or `signal` aborts. */
  next(signal: AbortSignal): Promise<Uint8Array>
  /** The other side has proved itself: it may now send a whole authority log. */
  trust(): void
}

export function createInbox(channel: Channel): Inbox {
  const early: Uint8Array[] = []
  let bytesLeft: number = LIMITS.strangerMaxBytes
  let waiting: PromiseWithResolvers<Uint8Array> | undefined
  let ended: CloudError | undefined
  const end = (error: CloudError): void => {
    ended ??= error
    waiting?.reject(ended)
  }
  channel.onMessage((message) => {
    bytesLeft -= message.length
    if (bytesLeft < 0 || early.length >= MESSAGES_AHEAD) {
      end(new CloudError('pairing-refused', 'The other device said more than pairing takes.'))
      channel.close()
    } else if (waiting === undefined) early.push(message)
    else {
      waiting.resolve(message)
      waiting = undefined
    }
  })
  channel.onClose(() => {
    end(new CloudError('pairing-ended', 'The other device ended the pairing. Try again with a new link.'))
  })
  return {
    trust() {
      bytesLeft = LIMITS.frameMaxBytes
    },
    async next(signal) {
      const message = early.shift()
      if (message !== undefined) return message
      if (ended !== undefined) throw ended
      const mine = Promise.withResolvers<Uint8Array>()
      waiting = mine
      const abort = (): void => {
        mine.reject(new CloudError('pairing-expired', 'Nobody confirmed in time. Make a new link and try again.'))
      }
      if (signal.aborted) abort()
      signal.addEventListener('abort', abort, { once: true })
      return mine.promise.finally(() => {
        signal.removeEventListener('abort', abort)
      })
    },
  }
}

/** A conversation never needs more than a message or two in hand. */
const MESSAGES_AHEAD = 4
