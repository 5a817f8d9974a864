import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { abortAfter } from '@cloudos/mesh/abort-after'
import { createNode } from '@cloudos/mesh/agent-node'
import { createDiskStore } from '@cloudos/mesh/disk-log'
import { hangUpRevoked } from '@cloudos/mesh/hang-up-revoked'
import type { OnIncident } from '@cloudos/mesh/incident'
import type { MeshNode } from '@cloudos/mesh/node-parts'
import { nameNewDevice } from '@cloudos/mesh/profile-doc/device-names'
import { openProfileDoc } from '@cloudos/mesh/profile-doc/profile-doc'
import { placeText } from '@cloudos/mesh/device-copy/address'
import type { DevicePlace } from '@cloudos/mesh/device-copy/address'
import type { OpenCopy } from '@cloudos/mesh/device-copy/serve-copy'
import { COPY_PROTOCOL } from '@cloudos/mesh/device-copy/talk'
import { PAIR_PROTOCOL } from '@cloudos/mesh/pairing/handshake'
import { askToJoin } from '@cloudos/mesh/pairing/pair'
import type { SignInForVisitor } from '@cloudos/mesh/pairing/pair'
import type { Joining, PairingParts } from '@cloudos/mesh/pairing/pair'
import { servePassages } from '@cloudos/mesh/passage/serve'
import { openProfile } from '@cloudos/mesh/profile'
import type { Profile } from '@cloudos/mesh/profile'
import { RPC_PROTOCOL, serveRpc } from '@cloudos/mesh/rpc'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { findId } from '@cloudos/protocol/ids'
import type { DeviceId, ProfileId } from '@cloudos/protocol/ids'
import { encodeInvitation } from '@cloudos/protocol/invitation'
import type { Caller } from '@cloudos/protocol/grants'
import type { Invitation } from '@cloudos/protocol/invitation'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Channel, Clock, ConnectedBlobStore, Disk, Rng } from '@cloudos/protocol/ports'
import type { Dispatch } from './commands/dispatch.ts'
import { CodeDesk } from './device-code/code-desk.ts'
import { Visits } from './device-code/visits.ts'
import type { HttpDoor } from './http/http-door.ts'
import { webSocketAddress, webSocketsBehind } from './http/websocket-transport.ts'
import type { Journal } from './journal/journal.ts'
import type { MediaDesk } from './media/media-desk.ts'
import { MeshEntry } from './mesh-entry.ts'
import { MeshGuests } from './mesh-guests.ts'
import { meshPort } from './mesh-port.ts'
import { PairingDesk } from './pairing-desk.ts'
import { keepReaching } from './keep-reaching.ts'
import { createPeerCommands } from './peers-rpc.ts'
import type { PeerCommands } from './peers-rpc.ts'

export interface MeshHostParts {
  readonly identity: DeviceIdentity
  readonly deviceName: string
  readonly journal: Journal
  readonly frames: Disk
  readonly door: HttpDoor
  readonly clock: Clock
  readonly rng: Rng
  readonly onIncident: OnIncident
}

/** Joins the mesh: listens for the page and for other agents, and opens the profile when this device is in one. */
export async function startMeshHost(parts: MeshHostParts): Promise<MeshHost> {
  const desk = new PairingDesk(parts.clock, parts.rng)
  const codes = new CodeDesk(parts.clock, parts.rng)
  const host: { current?: MeshHost } = {}
  const node = await createNode({
    peerSeed: parts.identity.peerSeed,
    mayConnect: (peerId) => desk.isOpen() || codes.mayKnock(peerId) || host.current?.mayKnock(peerId) === true,
    listen: [`/ip4/0.0.0.0/tcp/${String(await meshPort(parts))}`, webSocketAddress(parts.door)],
    webSocketTransport: webSocketsBehind(parts.door),
  })
  const mesh = new MeshHost(parts, { desk, codes }, node)
  host.current = mesh
  const profileId = findId('ProfileId', parts.journal.settings.find('profile-id'))
  if (profileId !== undefined) await mesh.openOrSayRemoved(profileId)
  return mesh
}

/** For a device that is shut out to hear so before its connection ends. */
const GOODBYE_MS = 1_000

/** This device in the mesh: its node, the links it has given out, and its profile once it is in one. */
export class MeshHost {
  readonly desk: PairingDesk
  /** The code that this device shows. */
  readonly codes: CodeDesk
  readonly #parts: MeshHostParts
  readonly #node: MeshNode
  readonly #stopped = new AbortController()
  readonly #entry: MeshEntry
  readonly #guests: MeshGuests
  readonly #dialling = new Set<string>()
  readonly #visits: Visits
  readonly #openedListeners = new Set<(profile: Profile) => void>()
  readonly #reached = new Set<string>()
  #profile: Profile | undefined
  #removed = false

  constructor(parts: MeshHostParts, { desk, codes }: Pick<MeshHost, 'desk' | 'codes'>, node: MeshNode) {
    this.#parts = parts
    this.desk = desk
    this.codes = codes
    this.#node = node
    const stopped = this.#stopped.signal
    const profile = (): Profile | undefined => this.#profile
    this.#visits = new Visits({ ...parts, node, stopped })
    this.#entry = new MeshEntry({
      ...{ ...parts, profile },
      isRemoved: () => this.isRemoved,
      open: (profileId) => this.open(profileId),
    })
    this.#guests = new MeshGuests({
      ...{ ...parts, node, desk, codes, entry: this.#entry, stopped, profile },
      mayConnect: (peerId) => this.mayConnect(peerId),
      pairing: (channel, secrets, signal) =>
        this.#pairing(channel, secrets, this.#profile?.membership.profileId, signal),
    })
    servePassages(node.net, (peerId) => this.#profile?.admits(peerId) === true)
    node.onConnected((peerId) => {
      void this.#guests.sendAwayLater(peerId)
    })
  }

  get deviceId(): DeviceId {
    return this.#parts.identity.deviceId
  }

  get profile(): Profile | undefined {
    return this.#profile
  }

  /** Also with a certificate that has ended: a renewal must get in. */
  mayKnock(peerId: string): boolean {
    return this.mayConnect(peerId) || this.#profile?.mayKnock(peerId) === true
  }

  /** Whether the profile of this home has shut this device out. */
  get isRemoved(): boolean {
    return this.#removed || this.#profile?.isRemoved === true
  }

  mayConnect(peerId: string): boolean {
    return this.#dialling.has(peerId) || this.#profile?.admits(peerId) === true
  }

  /** Members may ask for commands; what each may ask for, the dispatcher knows. */
  serveCommands(dispatch: Dispatch): void {
    this.#node.net.handle(RPC_PROTOCOL, (channel) => {
      if (this.#callerAt(channel.peerId) === undefined) {
        channel.close()
        return
      }
      const { clock } = this.#parts
      serveRpc(channel, async (call) => dispatch(this.#mustBeLetIn(channel.peerId), call), clock)
    })
  }

  /** Whoever proves a link is talked with from now on; copies are shown to it from the places of this machine too. */
  answerVisitors(media: MediaDesk, signIn: SignInForVisitor): void {
    this.#node.net.handle(PAIR_PROTOCOL, (channel) => {
      void this.#guests.answer(channel, media, signIn)
    })
  }

  /** Whoever proves the code that this device shows is shown a copy of what it keeps. */
  answerNewcomers(openCopy: () => Promise<OpenCopy>): void {
    this.#node.net.handle(COPY_PROTOCOL, (channel) => {
      void this.#guests.showCopy(channel, openCopy)
    })
  }

  /** Where another device finds this one: what its owner types in there, beside the code. */
  place(): string {
    const isNear = (address: string): boolean => /^\/ip4\/127\.|^\/ip6\/::1\//.test(address)
    const addresses = this.#node.addresses().filter((address) => !address.endsWith('/ws'))
    const far = addresses.filter((address) => !isNear(address))
    return placeText({ peerId: this.#node.peerId, addresses: far.length > 0 ? far : addresses })
  }

  /** The copy that another device shows for its code. Rejects with `CloudError`: a `MediumFault`, or 'code-refused'. */
  async visitDevice(place: DevicePlace, secret: Uint8Array): Promise<ConnectedBlobStore> {
    const { peerId } = place
    this.#dialling.add(peerId)
    try {
      const store = await this.#visits.open(place, secret)
      const close = async (): Promise<void> => {
        this.#dialling.delete(peerId)
        await store[Symbol.asyncDispose]()
      }
      return { ...store, [Symbol.asyncDispose]: close }
    } catch (cause) {
      this.#dialling.delete(peerId)
      throw cause
    }
  }

  /** What the other devices of the profile can be asked. */
  peerCommands(): PeerCommands {
    return createPeerCommands(this.#node.net, (deviceId) => this.#profile?.membership.member(deviceId)?.peerId)
  }

  /** A link for another machine. */
  invite(): { readonly link: string; readonly expiresAtMs: number } {
    const invitation = this.#newInvitation(this.#node.addresses().filter((address) => !address.endsWith('/ws')))
    return { link: encodeInvitation(invitation), expiresAtMs: invitation.expiresAtMs }
  }

  /** A link for the page on this machine. */
  inviteThePage(): Invitation {
    return this.#newInvitation([`/dns4/localhost/tcp/${String(this.#parts.door.port)}/ws`])
  }

  /** Joins the profile of the device that made the link; shows the words and waits for the owner there. */
  async joinBy(invitation: Invitation, onWords: (words: readonly string[]) => void): Promise<void> {
    const { peerId, addresses, profileId, secret, expiresAtMs } = invitation
    if (profileId !== undefined) this.#entry.refuseAnother(profileId)
    const leftMs = expiresAtMs - this.#parts.clock.nowMs()
    const ttlMs = Math.max(1, Math.min(leftMs, LIMITS.pairingTtlMs))
    const signal = abortAfter(this.#parts.clock, ttlMs, this.#stopped.signal)
    this.#dialling.add(peerId)
    try {
      await this.#node.dial(peerId, addresses, signal)
      const channel = await this.#node.net.open(peerId, PAIR_PROTOCOL, signal)
      try {
        const joining: Joining = {
          ...this.#entry.joining,
          join: (id, entries) =>
            this.#entry.enter(id, entries, () => {
              // Before this device is a member: one that dies here must know afterwards whom to reach.
              this.#parts.journal.peers.put({ peerId, addresses, seenMs: this.#parts.clock.nowMs() })
            }),
        }
        await askToJoin(this.#pairing(channel, [secret], profileId, signal), joining, onWords)
      } finally {
        channel.close()
      }
    } finally {
      this.#dialling.delete(peerId)
    }
    this.#reach(peerId)
  }

  /** Lets a waiting device in. Resolves once that is on this disk; the device is told then. */
  async admit(requestId: string, entries: readonly Uint8Array[]): Promise<void> {
    const profile = this.#profile
    if (profile === undefined) throw new CloudError('no-profile', 'This device is in no profile.')
    this.desk.checkWaiting(requestId)
    await profile.authority.take(entries)
    this.desk.admit(requestId, [...profile.authority.entries().values()])
  }

  /** What this device asks a profile's root to sign in; its proof is made over `challenge`. */
  makeCertificate(profileId: ProfileId, challenge: Uint8Array): Promise<Uint8Array> {
    return this.#entry.makeCertificate(profileId, challenge)
  }

  /** Comes into a profile by its log, once that lets this device in. */
  enter(profileId: ProfileId, entries: readonly Uint8Array[], onLetIn: () => Promise<void>): Promise<void> {
    return this.#entry.enter(profileId, entries, onLetIn)
  }

  /** A device that was removed while it was off goes on running, says so, and does nothing else. */
  async openOrSayRemoved(profileId: ProfileId): Promise<void> {
    try {
      await this.open(profileId)
    } catch (cause) {
      const code = cause instanceof CloudError ? cause.code : undefined
      if (code !== 'removed' && code !== 'not-a-member') throw cause
      this.#removed = true
      this.#parts.onIncident({ kind: 'removed', reason: code === 'removed' ? 'revoked' : 'unknown-device' })
    }
  }

  /** Called when the profile is open and its documents are loaded; at once when it is. */
  onOpened(listener: (profile: Profile) => void): void {
    if (this.#profile !== undefined) listener(this.#profile)
    this.#openedListeners.add(listener)
  }

  /** Opens the profile that the journal holds. */
  async open(profileId: ProfileId): Promise<void> {
    const { identity, deviceName, journal, frames, clock, rng, onIncident } = this.#parts
    const store = createDiskStore(frames)
    const profile = await openProfile({
      profileId,
      identity,
      authority: journal.authority,
      frames: store,
      heads: journal.heads,
      sightings: journal.sightings,
      renewals: journal.renewals,
      clock,
      rng,
      onIncident,
    })
    this.#profile = profile
    profile.onMembers(() => {
      for (const peerId of this.#node.connected())
        if (!profile.admits(peerId)) void this.#guests.sendAwayLater(peerId, GOODBYE_MS)
    })
    // A device that relays must know every document it holds, or a peer that comes would not be told of them.
    for (const docId of await store.list()) await profile.replica.open(docId)
    nameNewDevice((await openProfileDoc(profile.replica)).ydoc, identity.deviceId, deviceName)
    profile.attach(this.#node.net)
    hangUpRevoked(this.#node, profile, clock)
    for (const { peerId } of journal.peers.all()) this.#reach(peerId)
    for (const listener of this.#openedListeners) listener(profile)
  }

  async close(): Promise<void> {
    this.#stopped.abort()
    await this.#profile?.close()
    await this.#node.stop()
  }

  #reach(peerId: string): void {
    const profile = this.#profile
    const peer = this.#parts.journal.peers.all().find((stored) => stored.peerId === peerId)
    if (profile === undefined || peer === undefined || this.#reached.has(peerId)) return
    this.#reached.add(peerId)
    const { clock, rng } = this.#parts
    const meet = (): Promise<void> => this.#visits.introduce(peerId, profile)
    const reaching = { node: this.#node, profile, meet, clock, rng, signal: this.#stopped.signal }
    void keepReaching(peer, reaching).finally(() => {
      this.#reached.delete(peerId)
    })
  }

  #callerAt(peerId: string): Caller | undefined {
    const member = this.#profile?.membership.memberByPeer(peerId, this.#parts.clock.nowMs())
    if (member === undefined) return undefined
    const { deviceId, caps } = member
    return member.class === 'browser'
      ? { kind: 'page', deviceId, canApprove: caps.includes('approve') }
      : { kind: 'device', deviceId }
  }

  /** Asked again for each command: a device may be revoked, or its certificate lapse, while its channel is open. */
  #mustBeLetIn(peerId: string): Caller {
    const caller = this.#callerAt(peerId)
    if (caller === undefined) throw new CloudError('not-a-member', 'This device is not let in any more.')
    return caller
  }

  #newInvitation(addresses: readonly string[]): Invitation {
    const { secret, expiresAtMs } = this.desk.openLink()
    const profileId = this.#profile?.membership.profileId
    return {
      ...(profileId === undefined ? {} : { profileId }),
      peerId: this.#node.peerId,
      addresses: addresses.slice(0, LIMITS.invitationAddressesMax),
      secret,
      expiresAtMs,
    }
  }

  #pairing(
    channel: Channel,
    secrets: readonly Uint8Array[],
    profileId: ProfileId | undefined,
    signal: AbortSignal,
  ): PairingParts {
    const { identity, deviceName, rng } = this.#parts
    const self = { identity, peerId: this.#node.peerId, name: deviceName, class: 'agent' as const }
    return { channel, self, secrets, profileId, rng, signal }
  }
}
