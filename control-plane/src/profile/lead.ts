import type { Doc } from 'yjs'
import type { Member } from '@cloudos/crypto/membership'
import { openIndexedDbStore } from '@cloudos/mesh/browser/indexeddb-log'
import type { Locks } from '@cloudos/mesh/browser/leadership'
import { startTabHost } from '@cloudos/mesh/browser/tab-host'
import type { Incident } from '@cloudos/mesh/incident'
import { openProfile } from '@cloudos/mesh/profile'
import { findAuditTipLine } from '@cloudos/mesh/profile-doc/audit-tips'
import { findDeviceName, nameDevice, shownName } from '@cloudos/mesh/profile-doc/device-names'
import { findProfileDoc, openProfileDoc } from '@cloudos/mesh/profile-doc/profile-doc'
import type { RpcClient } from '@cloudos/mesh/rpc'
import type { Profile } from '@cloudos/mesh/profile'
import type { DocId } from '@cloudos/protocol/ids'
import type { BlobStore, Clock, Rng } from '@cloudos/protocol/ports'
import { answerTabs } from './ask-leader.ts'
import type { LeaderAsk } from './ask-leader.ts'
import { answerDeviceCalls } from './device-calls.ts'
import { mediaOf, tellTrusted, waysOfAgent } from './agent-commands.ts'
import { AgentMeeting } from './agent-meeting.ts'
import { DirectCopy } from './direct-copy.ts'
import type { DirectAccess } from './direct-copy.ts'
import { DeviceLinks } from './device-links.ts'
import type { DeviceLink } from './device-links.ts'
import { sayNews } from './device-news.ts'
import { DeviceWatch } from './device-watch.ts'
import { identityFrom } from './device-keys.ts'
import { sayRenewed } from './renewed.ts'
import type { HeldProfile } from './held.ts'
import { FreshnessBook } from './freshness-book.ts'
import { IncidentBook } from './incident-book.ts'
import { keepEpochKeys } from './keep.ts'
import type { KeepDatabase } from './keep.ts'
import { createAuthorityStore, createHeadsMemory, createRenewalStore, createSightingsMemory } from './keep-ports.ts'
import { LeaveDesk } from './leave-desk.ts'
import { PairingDesk } from './pairing-desk.ts'
import { PresenceBook } from './presence-book.ts'
import { RemovalDesk } from './removal-desk.ts'
import { renewWhileOpen } from './renew-while-open.ts'
import { RootActs } from './root-acts.ts'
import type { EpochKeys } from './root-acts.ts'
import { signInDevice } from './sign-in-device.ts'
import { widenCutsWhileOpen } from './widen-cuts.ts'
import { WaysDesk } from './ways-desk.ts'
import { WaysExchange } from './ways-exchange.ts'
import { openStatusBoard } from './status-board.ts'
import type { Wish } from './status-board.ts'
import type { DeviceView, ProfileStatus } from './status.ts'

export interface LeadParts {
  readonly held: HeldProfile
  readonly medium: BlobStore
  readonly keep: KeepDatabase
  /** Where the frames lie. */
  readonly framesName: string
  /** Open as long as this leads, so that they are kept in step whatever the tabs show. */
  readonly documents: readonly DocId[]
  readonly direct: DirectAccess
  readonly channel: BroadcastChannel
  readonly locks: Locks
  readonly clock: Clock
  readonly rng: Rng
}

/** Does the profile's work for every tab of this browser, until it is disposed: documents, log, connections, pairing. */
export async function lead(parts: LeadParts): Promise<AsyncDisposable> {
  const { held, medium, keep, framesName, documents, channel, locks, clock, rng } = parts
  await using stack = new AsyncDisposableStack()
  let changed = (): void => undefined
  const incidents = new IncidentBook()
  const identity = await identityFrom(held.secrets.keys)
  const note = (incident: Incident): void => {
    incidents.note(incident, clock.nowMs(), (deviceId) => {
      const member = profile.membership.member(deviceId)
      return member && shownName(findProfileDoc(profile.replica)?.ydoc, member)
    })
    changed()
  }
  const profile: Profile = await openProfile({
    profileId: held.profileId,
    identity,
    authority: createAuthorityStore(keep),
    frames: stack.use(await openIndexedDbStore(framesName)),
    heads: createHeadsMemory(keep),
    sightings: createSightingsMemory(keep),
    renewals: createRenewalStore(keep),
    clock,
    rng,
    onIncident: note,
  })
  stack.defer(() => profile.close())
  for (const docId of documents) await profile.replica.open(docId)
  const { ydoc: about } = await openProfileDoc(profile.replica)
  const nameOf = (member: Member): string => shownName(about, member)

  const keepKeys = (keyByEpoch: EpochKeys): Promise<void> => keepEpochKeys(keep, keyByEpoch)
  const root = new RootActs({ profile, identity, held, medium, clock, rng, keepKeys })
  const signIn = async (certificate: Uint8Array, challenge: Uint8Array): Promise<readonly Uint8Array[]> => {
    await freshness.mustBeProven()
    return signInDevice(profile, root, certificate, challenge)
  }
  const onChanged = (): void => {
    presence.notePeers()
    void freshness.look()
    changed()
  }
  const exchange = new WaysExchange({ profile, identity, medium, root, clock, onTaken: () => ways.refresh() })
  const exchangeWays = (peerId: string, client: RpcClient): Promise<void> =>
    exchange.withAgent(peerId, waysOfAgent(client))
  const links = stack.use(new DeviceLinks({ profile, identity, keep, clock, rng, signIn, exchangeWays, onChanged }))
  const presence = await PresenceBook.open({
    profile,
    keep,
    clock,
    self: identity.deviceId,
    nameOf,
    auditTipOf: (deviceId) => findAuditTipLine(about, deviceId),
    reachable: () => links.reachable,
    isOnThisMachine: (peerId) => links.isOnThisMachine(peerId),
    linkTo: (peerId) => shownLink(links.linkTo(peerId), profile, nameOf),
  })
  const freshness = await FreshnessBook.open({
    keep,
    online: () => presence.online,
    media: async () => (await Promise.all(links.directClients.map((client) => mediaOf(client)))).flat(),
    tellTrusted: async () => {
      for (const client of links.directClients) await tellTrusted(client)
    },
    onProven: () => { changed() }, // prettier-ignore
  })
  const mayChange = (): Promise<void> => freshness.mustBeProven()
  const desk = stack.use(new PairingDesk({ agent: () => links.agent, mayChange, signIn, clock, onChanged }))
  const removal = new RemovalDesk({ profile, root, mayChange, onChanged })
  const ways = await WaysDesk.open({
    ...{ held, keep, medium, profile, root, mayChange, clock, rng, onChanged },
    onRenewed: () => { sayRenewed(channel, held) }, // prettier-ignore
    share: () => links.shareWays(),
  })
  const direct = stack.use(
    await DirectCopy.open({
      ...{ access: parts.direct, keep, held, profile, identity, clock, rng, ways: () => ways.stored },
      onIncident: note,
      onChanged: () => { changed() }, // prettier-ignore
    }),
  )
  const leaving = new LeaveDesk({ profile, root, self: identity.deviceId, openAgents: () => links.openAgents, clock })
  const act = (asked: LeaderAsk): Promise<void> => {
    if (asked.ask === 'leave') return leaving.leave()
    return asked.ask === 'trust-copy' ? freshness.trust() : ways.ask(asked)
  }
  stack.use(answerTabs(channel, act))
  const meeting = new AgentMeeting((invitation) => links.meet(invitation), onChanged)

  const watch = stack.use(
    new DeviceWatch({
      member: (deviceId) => profile.membership.member(deviceId),
      linkTo: (peerId) => links.linkTo(peerId)?.device,
      clock,
      tell: (news) => { sayNews(channel, news) }, // prettier-ignore
    }),
  )

  const status = (): ProfileStatus => ({
    ...presence.view(),
    incidents: incidents.views(),
    pairing: desk.view,
    meeting: meeting.view,
    removal: removal.view,
    protection: ways.view,
    ways: ways.ways,
    ...(ways.walletAddress !== undefined && { walletAddress: ways.walletAddress }),
    rootReplaced: root.isReplaced && ways.areHere,
    canAdd: links.agent !== undefined,
    freshness: freshness.now,
    ...(direct.view && { direct: direct.view }),
  })
  const board = stack.use(openStatusBoard(channel, status, (wish) => { grant(wish, { desk, meeting, removal, watch, about, direct }) })) // prettier-ignore
  changed = () => {
    board.show()
  }
  stack.use(
    answerDeviceCalls(channel, locks, (deviceId) => {
      const member = profile.membership.member(deviceId)
      return member && links.linkTo(member.peerId)?.client
    }),
  )
  stack.use(presence.watch(changed))
  stack.use(startTabHost({ term: crypto.randomUUID(), channel, locks, open: (docId) => profile.replica.open(docId) }))
  stack.use(await renewWhileOpen({ profile, root, self: identity.deviceId, clock }))
  stack.use(widenCutsWhileOpen(profile, root))
  await links.reachKnown()
  return stack.move()
}

function shownLink(
  link: DeviceLink | undefined,
  { membership }: Profile,
  nameOf: (member: Member) => string,
): DeviceView['link'] {
  if (link === undefined) return undefined
  const { addresses, roundTripMs, through } = link
  const between = membership.members().find(({ peerId }) => peerId === through)
  return { addresses, roundTripMs, ...(between && { through: nameOf(between) }) }
}

interface Granting {
  readonly desk: PairingDesk
  readonly meeting: AgentMeeting
  readonly removal: RemovalDesk
  readonly watch: DeviceWatch
  readonly about: Doc
  readonly direct: DirectCopy
}

function grant(wish: Wish, { desk, meeting, removal, watch, about, direct }: Granting): void {
  switch (wish.wish) {
    case 'meet':
      void meeting.follow(wish.link)
      return
    case 'invite':
      void desk.invite()
      return
    case 'confirm':
      void desk.confirm(wish.requestId)
      return
    case 'refuse':
      void desk.refuse(wish.requestId, wish.reason)
      return
    case 'stop-pairing':
      desk.stop()
      return
    case 'look':
      watch.look(wish.devices)
      return
    case 'direct':
      void direct.use(wish)
      return
    case 'trust-direct':
      void direct.trust()
      return
    case 'remove':
      void removal.remove(wish.deviceId, wish.reason)
      return
    case 'rename': {
      const name = findDeviceName(wish.name)
      if (name !== undefined) nameDevice(about, wish.deviceId, name)
      return
    }
    case 'status':
      return // the board itself answers
  }
}
