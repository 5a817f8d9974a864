import { stretchPassphrase } from '@cloudos/crypto/passphrase'
import type { PassphraseCost } from '@cloudos/protocol/slot'

/** What the page says to the worker, which answers with the 32 bytes. */
export interface Stretching {
  readonly passphrase: string
  readonly cost: PassphraseCost
}

self.addEventListener('message', ({ data: { passphrase, cost } }: MessageEvent<Stretching>) => {
  void stretchPassphrase(passphrase, cost).then((secret) => {
    self.postMessage(secret)
  })
})
