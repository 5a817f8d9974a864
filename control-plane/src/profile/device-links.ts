import { hangUpRevoked } from '@cloudos/mesh/hang-up-revoked'
import { offerProfile } from '@cloudos/mesh/pairing/pair'
import { PAIR_PROTOCOL } from '@cloudos/mesh/pairing/handshake'
import type { MeshNode } from '@cloudos/mesh/node-parts'
import type { Profile } from '@cloudos/mesh/profile'
import { abortAfter } from '@cloudos/mesh/abort-after'
import { createRpcClient, RPC_PROTOCOL } from '@cloudos/mesh/rpc'
import type { RpcClient } from '@cloudos/mesh/rpc'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { Invitation } from '@cloudos/protocol/invitation'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import { createAgentCommands } from './agent-commands.ts'
import { createDeviceCommands } from './device-commands.ts'
import type { DeviceCommands } from './device-commands.ts'
import type { AgentCommands } from './agent-commands.ts'
import { keepConnected } from './keep-connected.ts'
import type { Door, KeepDatabase } from './keep.ts'
import { keepDoor, withKeep } from './keep.ts'

export interface DeviceLinksParts {
  readonly profile: Profile
  readonly identity: DeviceIdentity
  readonly keep: KeepDatabase
  readonly clock: Clock
  readonly rng: Rng
  /** Signs a device in with the root key. */
  readonly signIn: (certificate: Uint8Array, challenge: Uint8Array) => Promise<readonly Uint8Array[]>
  /** Brings the ways in into step with an agent: what was changed here goes to it, what was changed elsewhere comes from it. */
  readonly exchangeWays: (peerId: string, client: RpcClient) => Promise<void>
  readonly onChanged: () => void
}

/** An agent that is connected to this browser, itself or through another one. */
export interface DeviceLink {
  readonly client: RpcClient
  readonly agent: AgentCommands
  readonly device: DeviceCommands
  readonly addresses: readonly string[]
  /** The peer in between, when there is one. */
  readonly through?: string
  /** How long its last answer took, there and back. */
  readonly roundTripMs: number
}

/** How often an agent is asked whom it is in touch with; nothing but "online" on the screen depends on it. */
const ASK_EVERY_MS = 3_000

/** An agent that takes longer to take other ways in gets them when it is asked next. */
const SHARE_WITHIN_MS = 2_000

/** The connections of this browser: to every device that has answered here before, to those behind it, and to an agent met for the first time. */
export class DeviceLinks implements AsyncDisposable {
  readonly #parts: DeviceLinksParts
  readonly #stopped = new AbortController()
  readonly #running: Promise<void>[] = []
  readonly #links = new Map<string, DeviceLink>()
  readonly #behindAgent = new Map<string, ReadonlySet<DeviceId>>()
  readonly #strangers = new Set<string>()
  readonly #reached = new Set<string>()
  readonly #doors = new Map<string, readonly string[]>()
  readonly #gone = new Map<string, AbortController>()
  readonly #leave: () => void
  #node: Promise<MeshNode> | undefined

  constructor(parts: DeviceLinksParts) {
    this.#parts = parts
    const known = new Set(parts.profile.membership.members().map(({ deviceId }) => deviceId))
    // Somebody waits to see a device that has just been let in.
    this.#leave = parts.profile.onMembers((membership) => {
      const added = membership.members().filter(({ deviceId }) => !known.has(deviceId))
      for (const { deviceId } of added) known.add(deviceId)
      if (this.agent !== undefined) this.#reachBehind(added)
    })
  }

  /** An agent that is connected now, with nobody in between. */
  get agent(): AgentCommands | undefined {
    return [...this.#links.values()].find(({ through }) => through === undefined)?.agent
  }

  /** Of the agents that are connected now. */
  get directClients(): readonly RpcClient[] {
    return [...this.#links.values()].map(({ client }) => client)
  }

  /** A channel of its own to each agent that is connected, those with nobody in between first: it outlives the others' end. */
  get openAgents(): readonly (() => Promise<RpcClient>)[] {
    const links = [...this.#links].sort(
      ([, a], [, b]) => Number(a.through !== undefined) - Number(b.through !== undefined),
    )
    return links.map(([peerId]) => async () => {
      const node = await this.#startNode()
      return createRpcClient(await node.net.open(peerId, RPC_PROTOCOL, this.#stopped.signal))
    })
  }

  linkTo(peerId: string): DeviceLink | undefined {
    return this.#links.get(peerId)
  }

  /** An agent whose door here is on this machine only. */
  isOnThisMachine(peerId: string): boolean {
    const addresses = this.#doors.get(peerId) ?? []
    return addresses.length > 0 && addresses.every((address) => LOOPBACK.test(address))
  }

  /** Devices that a connected agent is in touch with. */
  get reachable(): ReadonlySet<DeviceId> {
    return new Set([...this.#behindAgent.values()].flatMap((ids) => [...ids]))
  }

  /** Brings every agent that is connected to the ways in of this browser at once: it may be gone a moment later. */
  async shareWays(): Promise<void> {
    const { exchangeWays, clock } = this.#parts
    const shared = Promise.all([...this.#links].map(([peerId, { client }]) => exchangeWays(peerId, client)))
    await Promise.race([shared, clock.sleep(SHARE_WITHIN_MS, this.#stopped.signal)])
  }

  async reachKnown(): Promise<void> {
    for (const door of await withKeep(() => this.#parts.keep.getAll('doors'))) this.#reachAt(door)
  }

  /** Goes through the link that an agent shows: takes it into the profile if it is in none, and stays in touch from then on. */
  async meet({ peerId, addresses, secret, profileId, expiresAtMs }: Invitation): Promise<void> {
    const { profile, identity, clock, rng, signIn, keep } = this.#parts
    if (expiresAtMs <= clock.nowMs()) throw expired()
    if (!profile.admits(peerId)) {
      const node = await this.#startNode()
      const signal = abortAfter(clock, expiresAtMs - clock.nowMs(), this.#stopped.signal)
      this.#strangers.add(peerId)
      try {
        await node.dial(peerId, addresses, signal)
        const self = { identity, peerId: node.peerId, name: ownName(profile, identity), class: 'browser' as const }
        const channel = await node.net.open(peerId, PAIR_PROTOCOL, signal)
        try {
          await offerProfile(
            { channel, self, secrets: [secret], profileId, rng, signal },
            profile.authority.state.profileId,
            async ({ handshake, certificate }) => {
              await signIn(certificate, handshake.transcript)
              return [...profile.authority.entries().values()]
            },
          )
        } finally {
          channel.close()
        }
      } finally {
        this.#strangers.delete(peerId)
      }
    }
    const door: Door = { peerId, addresses }
    await keepDoor(keep, door)
    this.#reachAt(door)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leave()
    this.#stopped.abort()
    await Promise.all(this.#running)
    await (await this.#node)?.stop()
  }

  #reachAt({ peerId, addresses }: Door): void {
    this.#doors.set(peerId, addresses)
    this.#reach(peerId)
  }

  #reach(peerId: string): void {
    if (this.#reached.has(peerId) || this.#stopped.signal.aborted) return
    this.#reached.add(peerId)
    const { profile, clock, rng } = this.#parts
    const { signal } = this.#stopped
    const run = async (): Promise<void> => {
      const node = await this.#startNode()
      await keepConnected({ peerId, addresses: () => this.#addressesOf(node, peerId) }, {
        node, profile, clock, rng, signal,
        untilGone: (peer) => this.#untilGone(peer),
        onConnected: (gone) => this.#talk(node, peerId, gone),
      }) // prettier-ignore
    }
    this.#running.push(run())
  }

  /** Its own door where it has one here, and through every agent that is connected itself. */
  #addressesOf(node: MeshNode, peerId: string): readonly string[] {
    const between = [...this.#links].filter(([peer, { through }]) => peer !== peerId && through === undefined)
    return [...(this.#doors.get(peerId) ?? []), ...between.map(([peer]) => node.addressThrough(peer))]
  }

  /** Speaks with the agent while it is connected: commands for it, and whom it is in touch with. */
  async #talk(node: MeshNode, peerId: string, gone: AbortSignal): Promise<void> {
    const client = createRpcClient(await node.net.open(peerId, RPC_PROTOCOL, gone))
    const { clock } = this.#parts
    const address = node.addressOf(peerId) ?? ''
    const through = node.relayOf(peerId)
    const [agent, device] = [createAgentCommands(client), createDeviceCommands(client)]
    try {
      while (!gone.aborted) {
        const askedAtMs = clock.monotonicMs()
        const { peers } = await agent.status()
        const roundTripMs = clock.monotonicMs() - askedAtMs
        this.#links.set(peerId, {
          client,
          agent,
          device,
          addresses: [address],
          roundTripMs,
          ...(through && { through }),
        })
        this.#behindAgent.set(peerId, new Set(peers.map(({ deviceId }) => deviceId)))
        if (through === undefined) this.#reachBehind(peers)
        await this.#parts.exchangeWays(peerId, client)
        this.#parts.onChanged()
        await clock.sleep(ASK_EVERY_MS, gone)
      }
    } finally {
      this.#links.delete(peerId)
      this.#behindAgent.delete(peerId)
      client.close()
      this.#parts.onChanged()
    }
  }

  /** Agents only: a browser answers nothing, and is in step through the agent anyway. */
  #reachBehind(peers: readonly { readonly deviceId: DeviceId }[]): void {
    const { profile, identity } = this.#parts
    for (const { deviceId } of peers) {
      const member = profile.membership.member(deviceId)
      if (member?.class === 'agent' && deviceId !== identity.deviceId) this.#reach(member.peerId)
    }
  }

  #untilGone(peerId: string): AbortSignal {
    const gone = new AbortController()
    this.#gone.set(peerId, gone)
    return gone.signal
  }

  /** libp2p arrives with the first device there is to reach. */
  #startNode(): Promise<MeshNode> {
    this.#node ??= this.#createNode()
    return this.#node
  }

  async #createNode(): Promise<MeshNode> {
    const { profile, identity, clock } = this.#parts
    const { createNode } = await import('@cloudos/mesh/browser-node')
    const mayConnect = (peerId: string): boolean => this.#strangers.has(peerId) || profile.mayKnock(peerId)
    const node = await createNode({ peerSeed: identity.peerSeed, mayConnect })
    profile.attach(node.net)
    hangUpRevoked(node, profile, clock)
    node.onDisconnected((peerId) => this.#gone.get(peerId)?.abort())
    return node
  }
}

const LOOPBACK = /^\/(ip4\/127\.|ip6\/::1\/|dns[46]?\/localhost\/)/

function ownName(profile: Profile, { deviceId }: DeviceIdentity): string {
  return profile.membership.member(deviceId)?.name ?? 'Browser'
}

function expired(): CloudError {
  return new CloudError('pairing-expired', 'That link has expired. Start CloudOS again on that device for a new one.')
}
