import { createNode } from '@cloudos/mesh/browser-node'
import { PAIR_PROTOCOL } from '@cloudos/mesh/pairing/handshake'
import { visitForCopies } from '@cloudos/mesh/pairing/pair'
import type { CopyVisit } from '@cloudos/mesh/pairing/pair'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { parseInvitation } from '@cloudos/protocol/invitation'
import type { Invitation } from '@cloudos/protocol/invitation'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import { createDeviceKeys, identityFrom } from './device-keys.ts'
import type { Door, KeptKeys } from './keep.ts'
import type { CopyAgent } from './sign-in.ts'

/** With an agent that may show copies, as long as it is not disposed and its link's time is not up. */
export interface AgentVisit extends AsyncDisposable {
  readonly ask: CopyVisit['ask']
  readonly signIn: CopyVisit['signIn']
  readonly agent: CopyAgent
  /** Aborts when the agent can be asked no more. */
  readonly ended: AbortSignal
  /** How to reach the agent from now on. */
  readonly door: Door
  /** Of this browser as a device, once a copy has let it in. */
  readonly keys: KeptKeys
}

/** Throws `CloudError` for what is no link, or one of another version. */
export function readLink(link: string): Invitation {
  const invitation = parseInvitation(link)
  if (invitation.ok) return invitation.value
  throw new CloudError('not-a-link', 'The link that opened this page is incomplete or of another version. Start CloudOS again for a new one.') // prettier-ignore
}

/** Proves the link to the agent that made it, which uses the link up. Rejects with `CloudError`. */
export async function visitAgent(link: string, name: string, rng: Rng, clock: Clock): Promise<AgentVisit> {
  const { peerId, addresses, secret, expiresAtMs, profileId } = readLink(link)
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
    const left = new AbortController()
    channel.onClose(() => {
      left.abort()
    })
    const { ask, signIn, submit, offer } = await visitForCopies({
      channel,
      self,
      secrets: [secret],
      profileId,
      rng,
      signal,
    })
    return {
      ask,
      signIn,
      // Both sides have proved that the link says so.
      agent: profileId === undefined ? { is: 'newcomer', offer } : { is: 'member', submit },
      ended: AbortSignal.any([left.signal, signal]),
      keys,
      door: { peerId, addresses },
      [Symbol.asyncDispose]: () => node.stop(),
    }
  } catch (cause) {
    await node.stop()
    throw cause
  }
}
