import { createDice } from '@cloudos/crypto/testing/seeded'
import { serveCopy } from '@cloudos/mesh/device-copy/serve-copy'
import { COPY_PROTOCOL } from '@cloudos/mesh/device-copy/talk'
import { visitCopy } from '@cloudos/mesh/device-copy/visit-copy'
import { instantClock, peerIdOf } from '@cloudos/mesh/testing/family'
import { MemoryNetwork } from '@cloudos/mesh/testing/memory-net'
import { newDevice } from '@cloudos/mesh/testing/profiles'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { BlobStore, Channel, ConnectedBlobStore } from '@cloudos/protocol/ports'
import { createBlobStore } from '@cloudos/storage-adapters/blob-store'
import { createMemoryMedium } from '@cloudos/storage-adapters/memory'
import type { MemoryMedium } from '@cloudos/storage-adapters/memory'
import { createShownStore } from '@cloudos/storage-adapters/shown-store'

/** A device that shows what lies in its memory, and visits to it over a network of this process. */
export interface ShownCopy {
  readonly medium: MemoryMedium
  /** As the device itself writes it. */
  readonly own: ConnectedBlobStore
  /** All that has crossed the line. */
  readonly said: readonly Uint8Array[]
  readonly visit: () => Promise<ConnectedBlobStore>
}

export interface ShownCopyOptions {
  /** What stands between the device and the visitor. */
  readonly line?: (channel: Channel) => Channel
  /** What it shows in the place of what it has. */
  readonly shows?: (own: BlobStore) => BlobStore
}

const SECRET = new Uint8Array(16).fill(7)

export function showCopy({ line = same, shows = same }: ShownCopyOptions = {}): ShownCopy {
  const dice = createDice(1)
  const network = new MemoryNetwork()
  const [device, visitor] = [peerIdOf(newDevice(dice)), peerIdOf(newDevice(dice))]
  const medium = createMemoryMedium()
  const own = createBlobStore(medium)
  const clock = { ...instantClock, sleep: () => new Promise<never>(() => undefined) }
  const signal = new AbortController().signal
  const store = shows(own)
  const openCopy = () => Promise.resolve({ store, [Symbol.asyncDispose]: () => Promise.resolve() })
  const takeIn = () => Promise.reject(new Error('nobody comes in'))
  const parts = { peerId: device, rng: dice, clock, signal, secret: SECRET, isKnown: false, openCopy, takeIn }
  const serve = async (channel: Channel): Promise<void> => {
    try {
      await serveCopy({ ...parts, channel: line(channel), onProved: () => undefined })
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
    } finally {
      channel.close()
    }
  }
  network.join(device).handle(COPY_PROTOCOL, (channel) => void serve(channel))
  return {
    medium,
    own,
    said: network.seen,
    async visit() {
      const channel = await network.join(visitor).open(device, COPY_PROTOCOL)
      const visiting = { channel, peerId: visitor, rng: dice, signal, failureDomain: 'there' }
      return createShownStore(await visitCopy(visiting, SECRET))
    },
  }
}

function same<T>(one: T): T {
  return one
}
