import { createNode } from '@cloudos/mesh/browser-node'
import { PAIR_PROTOCOL } from '@cloudos/mesh/pairing/handshake'
import { askForCopy } from '@cloudos/mesh/pairing/pair'
import type { OpenedCopy } from '@cloudos/mesh/pairing/pair'
import type { CopyPlace } from '@cloudos/mesh/pairing/talk'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { parseInvitation } from '@cloudos/protocol/invitation'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import { createDeviceKeys, identityFrom } from './device-keys.ts'
import type { Door, KeptKeys } from './keep.ts'

/** A copy at hand, as long as it is not disposed or its link's time is up. */
export interface AskedCopy extends OpenedCopy, AsyncDisposable {
  /** How to reach the agent from now on. */
  readonly door: Door
  /** Of this browser as a device, once the copy has let it in. */
  readonly keys: KeptKeys
}

/** Asks the agent that made `link` for the profile as it keeps it or as it lies in a folder there. The link is used up. Rejects with `CloudError`. */
export async function askAgent(
  { link, where, name }: { link: string; where: CopyPlace; name: string },
  rng: Rng,
  clock: Clock,
): Promise<AskedCopy> {
  const invitation = parseInvitation(link)
  if (!invitation.ok)
    throw new CloudError('not-a-link', 'The link that opened this page is incomplete or of another version. Start CloudOS again for a new one.') // prettier-ignore
  const { peerId, addresses, secret, expiresAtMs, profileId } = invitation.value
  const leftMs = expiresAtMs - clock.nowMs()
  if (leftMs <= 0)
    throw new CloudError('pairing-expired', 'The link that opened this page has expired. Run “cloudos open” on that computer for a new one.') // prettier-ignore
  // The keys this browser will have as a device: the agent lets in whom it has spoken with, and nobody else.
  const keys = await createDeviceKeys(rng)
  const identity = await identityFrom(keys)
  const node = await createNode({ peerSeed: identity.peerSeed, mayConnect: (other) => other === peerId })
  try {
    const signal = AbortSignal.timeout(leftMs)
    await node.dial(peerId, addresses, signal)
    const self = { identity, peerId: node.peerId, name, class: 'browser' as const }
    const channel = await node.net.open(peerId, PAIR_PROTOCOL, signal)
    const shown = await askForCopy({ channel, self, secrets: [secret], profileId, rng, signal }, where)
    return { ...shown, keys, door: { peerId, addresses }, [Symbol.asyncDispose]: () => node.stop() }
  } catch (cause) {
    await node.stop()
    throw cause
  }
}
