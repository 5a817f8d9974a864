import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { nodeRng } from '@cloudos/agent/node-ports'
import { foldAuthority } from '@cloudos/crypto/authority-fold'
import { verifyCertificate } from '@cloudos/crypto/certificate-check'
import { addDevice } from '@cloudos/crypto/change-authority'
import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import { foundProfile } from '@cloudos/crypto/found-profile'
import type { FoundedProfile } from '@cloudos/crypto/found-profile'
import type { VerifiedEntry } from '@cloudos/crypto/verified-entry'
import { createNode } from '@cloudos/mesh/agent-node'
import { PAIR_PROTOCOL } from '@cloudos/mesh/pairing/handshake'
import { offerProfile } from '@cloudos/mesh/pairing/pair'
import { parseCertificate } from '@cloudos/protocol/certificate'
import { admitCommand, inviteCommand, openCommand, watchPairingCommand } from '@cloudos/protocol/commands'
import type { WaitingDevice } from '@cloudos/protocol/commands'
import { parseInvitation } from '@cloudos/protocol/invitation'
import type { Invitation } from '@cloudos/protocol/invitation'
import type { AgentProcess } from './agent-process.ts'
import { startAgent } from './agent-process.ts'
import type { Home } from './home.ts'

/** A profile's root without a page around it, for stories that need no browser. It does what the page does when its owner agrees. */
export interface Owner {
  /** Takes the agent into the profile by its open link, as its first. */
  enrol(agent: AgentProcess): Promise<void>
  /** Says yes, by way of `host`, to a device that waits there. */
  letIn(host: AgentProcess, visitor: WaitingDevice): Promise<void>
  /** Starts an agent with a link of `host`, compares the words, and lets it in. */
  startPaired(host: AgentProcess, home: Home): Promise<AgentProcess>
}

export async function createOwner(): Promise<Owner> {
  const seeds = createDeviceSeeds(nodeRng)
  const identity = deviceIdentityFrom(seeds)
  const device = { identity, name: 'owner', class: 'browser', caps: ['approve'] } as const
  const profile = await foundProfile({ rng: nodeRng, nowMs: Date.now(), devices: [device] })
  let entries = profile.entries
  /** How many of them some agent has confirmed. */
  let confirmed = 0
  const sign = async (certificate: Uint8Array, challenge: Uint8Array): Promise<readonly VerifiedEntry[]> => {
    const added = await signIn(profile, entries, certificate, challenge)
    entries = [...entries, ...added]
    return added
  }
  const letIn: Owner['letIn'] = async (host, { requestId, certificate, challenge }) => {
    await sign(certificate, challenge)
    const upTo = entries.length
    await host.call(admitCommand, { requestId, entries: bytesOf(entries.slice(confirmed)) })
    confirmed = upTo
  }
  return {
    async enrol(agent) {
      const invitation = await findOpenLink(agent)
      const node = await createNode({ peerSeed: seeds.peerSeed, mayConnect: () => true, listen: [] })
      await node.dial(invitation.peerId, invitation.addresses)
      const channel = await node.net.open(invitation.peerId, PAIR_PROTOCOL)
      const self = { identity, peerId: node.peerId, name: device.name, class: device.class }
      const signal = AbortSignal.timeout(60_000)
      const parts = { channel, self, secrets: [invitation.secret], profileId: undefined, rng: nodeRng, signal }
      await offerProfile(parts, profile.profileId, async ({ handshake, certificate }) => {
        await sign(certificate, handshake.transcript)
        return bytesOf(entries)
      })
      confirmed = entries.length
      await node.stop()
    },
    letIn,
    async startPaired(host, home) {
      const { link } = await host.call(inviteCommand, {})
      const agent = await startAgent(home, '--pair', link)
      const visitor = await host.firstEvent(watchPairingCommand, {})
      const [, ...words] = await agent.printed(/: (\w+) · (\w+) · (\w+)\n/)
      assert.deepEqual(words, visitor.words)
      await letIn(host, visitor)
      await agent.printed(/^Paired\.$/m)
      return agent
    },
  }
}

async function signIn(
  { profileId, rootSigner, keyByEpoch }: FoundedProfile,
  known: readonly VerifiedEntry[],
  certificateBytes: Uint8Array,
  challenge: Uint8Array,
): Promise<readonly VerifiedEntry[]> {
  const certificate = parseCertificate(certificateBytes)
  assert.ok(certificate.ok)
  assert.ok((await verifyCertificate(certificate.value, profileId, challenge)).ok)
  const state = foldAuthority(profileId, known)
  assert.ok(state.ok)
  const power = { state: state.value, root: rootSigner, rng: nodeRng, nowMs: Date.now() }
  return addDevice(power, certificate.value, keyByEpoch)
}

async function findOpenLink(agent: AgentProcess): Promise<Invitation> {
  const { file } = await agent.call(openCommand, {})
  const [, encoded = ''] = /#open=([^"]+)"/.exec(await readFile(file, 'utf8')) ?? []
  const invitation = parseInvitation(`cloudos:pair?${encoded}`)
  assert.ok(invitation.ok)
  return invitation.value
}

function bytesOf(entries: readonly VerifiedEntry[]): readonly Uint8Array[] {
  return entries.map(({ bytes }) => bytes)
}
