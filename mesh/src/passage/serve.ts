import { hexFromBytes, findBytesFromHex } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Channel, Net } from '@cloudos/protocol/ports'

/** Asked of a device in between: the first message names whom to reach, one byte comes back when the way is open. */
export const PASSAGE_PROTOCOL = '/cloudos/passage/1'
/** Opened by the device in between at the other end: the first message names who comes. */
export const ARRIVAL_PROTOCOL = '/cloudos/arrival/1'

/** A peer is named by its public key. */
export const PEER_NAME_BYTES = 32

const OPEN = Uint8Array.of(1)

/**
 * Lets members reach each other through this device, which carries their sealed bytes and keeps nothing. `mayPass` is asked of both
 * ends, so that a device that was removed neither passes nor is reached.
 */
export function servePassages(net: Net, mayPass: (peerId: string) => boolean): void {
  const open = new Map<string, number>()
  net.handle(PASSAGE_PROTOCOL, (channel) => {
    const { peerId } = channel
    const count = open.get(peerId) ?? 0
    if (count >= LIMITS.passagesPerPeer || !mayPass(peerId)) {
      channel.close()
      return
    }
    open.set(peerId, count + 1)
    channel.onClose(() => {
      open.set(peerId, (open.get(peerId) ?? 1) - 1)
    })
    channel.onMessage((message) => {
      const target = message.length === PEER_NAME_BYTES ? hexFromBytes(message) : ''
      if (target === peerId || !mayPass(target)) channel.close()
      else void openWay(net, channel, target)
    })
  })
}

async function openWay(net: Net, near: Channel, target: string): Promise<void> {
  // Whoever speaks before the way is open does not know the protocol.
  near.onMessage(() => {
    near.close()
  })
  try {
    const far = await net.open(target, ARRIVAL_PROTOCOL)
    far.send(findBytesFromHex(near.peerId) ?? new Uint8Array())
    carry(near, far)
    carry(far, near)
    near.send(OPEN)
  } catch (cause) {
    if (!(cause instanceof CloudError)) throw cause
    near.close()
  }
}

/** What one end sends goes to the other, no faster than it takes it; when one leaves, so does the other. */
function carry(from: Channel, to: Channel): void {
  from.onMessage((message) => {
    if (to.send(message)) return
    from.pause()
    void to.drained().then(() => {
      from.resume()
    })
  })
  from.onClose(() => {
    to.close()
  })
}
