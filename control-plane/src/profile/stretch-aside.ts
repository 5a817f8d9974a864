import { stretchPassphrase } from '@cloudos/crypto/passphrase'
import type { PassphraseCost } from '@cloudos/protocol/slot'
import workerUrl from './stretch.worker.ts?worker&url'
import type { Stretching } from './stretch.worker.ts'

/** `stretchPassphrase` in a thread of its own, so that the page stays alive for the second it takes; here where there is none. */
export async function stretchAside(passphrase: string, cost: PassphraseCost): Promise<Uint8Array> {
  const worker = startWorker()
  if (worker === undefined) return stretchPassphrase(passphrase, cost)
  try {
    return await answerOf(worker, { passphrase, cost })
  } finally {
    worker.terminate()
  }
}

/** A worker that does not start, or cannot have the memory, leaves it to this thread. */
function answerOf(worker: Worker, asked: Stretching): Promise<Uint8Array> {
  return new Promise((resolve) => {
    worker.addEventListener('message', ({ data }: MessageEvent<Uint8Array>) => { resolve(data) }) // prettier-ignore
    worker.addEventListener('error', () => { resolve(stretchPassphrase(asked.passphrase, asked.cost)) }) // prettier-ignore
    worker.postMessage(asked)
  })
}

/** The page may start no script but by a policy; this one knows a single script, which came with the page. */
function startWorker(): Worker | undefined {
  if (typeof Worker === 'undefined') return undefined
  const policies = typeof trustedTypes === 'undefined' ? undefined : trustedTypes
  const policy = (own ??= policies?.createPolicy('cloudos-stretch', { createScriptURL: () => workerUrl }))
  return new Worker(policy?.createScriptURL(workerUrl) ?? workerUrl, { type: 'module' })
}

let own: ScriptUrlPolicy | undefined
