import { verifyFor } from '@cloudos/crypto/signature'
import type { Member } from '@cloudos/crypto/membership'
import { parseCapabilityRecord } from '@cloudos/protocol/capability-record'
import type { CapabilityRecord } from '@cloudos/protocol/capability-record'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { capabilitiesCommand } from '@cloudos/protocol/device-commands'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { JobRequest } from '@cloudos/protocol/job-commands'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import { parseSigned } from '@cloudos/protocol/signed'
import { encodeBounded } from '@cloudos/scheduler/bound-snapshot'
import { placeJob } from '@cloudos/scheduler/place'
import type { Candidate, DeviceOffer, PlacementSnapshot } from '@cloudos/scheduler/place-snapshot'
import type { KeptJob } from '../journal/jobs.ts'
import type { PeerCommands } from '../peers-rpc.ts'
import type { Choice } from './jobs.ts'
import { limitsOf } from './new-spec.ts'

export interface ChoosingParts {
  readonly deviceId: DeviceId
  /** The devices of the profile. */
  readonly members: () => readonly Member[]
  readonly isConnected: (peerId: string) => boolean
  /** As its owner calls it. */
  readonly nameOf: (member: Member) => string
  readonly peers: PeerCommands
  readonly book: { readonly unfinished: () => readonly Pick<KeptJob, 'deviceId'>[] }
  /** This device's own signed capability record. */
  readonly ownRecord: () => Promise<Uint8Array>
  /** What this device can do, as far as that is known at once. */
  readonly offerAlone: () => Promise<DeviceOffer>
  readonly clock: Clock
  readonly rng: Rng
}

/** A person waits: a device that is slower than this to say what it can do is left out, and the account says so. */
const ANSWER_WITHIN_MS = 1_500
/** What a device can do changes seldom, and its memory matters by the gigabyte. */
const BELIEVED_FOR_MS = 20_000

/**
 * Where a job goes for which nobody named a device: what every device of the profile says it can do, and the pure decision over it. Where
 * it fits nowhere it stays here, and is refused here in the words of what is missing.
 */
export function createChoosing(parts: ChoosingParts): (request: JobRequest) => Promise<Choice> {
  const { deviceId: ownId, book, clock, rng } = parts
  const heard = new Map<DeviceId, { readonly offer: DeviceOffer; readonly atMs: number }>()
  return async (request) => {
    const members = parts.members()
    // Alone there is nothing to weigh: a first long look at what this machine can do would be waited for.
    const isAlone = !members.some((member) => isOther(member, ownId))
    const find = (member: Member) => (isAlone ? parts.offerAlone() : findOffer(member, parts, heard))
    const [high = 0, low = 0] = new Uint16Array(rng.bytes(4).slice().buffer)
    const limits = limitsOf(request)
    const busy = book.unfinished()
    const candidates = await Promise.all(
      members.map(async (member): Promise<Candidate> => {
        const presence = presenceOf(parts, member)
        const canBeAsked = member.class === 'agent' && (presence === 'here' || presence === 'online')
        const offer = canBeAsked ? await find(member) : undefined
        return {
          deviceId: member.deviceId,
          name: parts.nameOf(member),
          class: member.class,
          presence,
          certificateEndsMs: member.notAfterMs,
          activeJobs: busy.filter(({ deviceId }) => deviceId === member.deviceId).length,
          isForbidden: false, // what its owner forbids there it says itself, when it is asked to run it
          ...(offer && { offer }),
        }
      }),
    )
    const snapshot: PlacementSnapshot = {
      atMs: clock.nowMs(),
      seed: high * 0x1_0000 + low,
      job: {
        memoryMiB: limits.memoryMiB,
        diskMiB: limits.diskMiB,
        wallMs: limits.wallMs,
        minTier: request.minTier ?? 1,
      },
      candidates,
    }
    return {
      deviceId: placeJob(snapshot).chosen ?? ownId,
      placement: encodeBounded(snapshot, LIMITS.jobPlacementMaxBytes),
    }
  }
}

/** A device that could run the job in place of this one, were it there. */
function isOther({ class: kind, deviceId, revoked }: Member, ownId: DeviceId): boolean {
  return kind === 'agent' && deviceId !== ownId && !revoked
}

function presenceOf(parts: ChoosingParts, { deviceId, peerId, revoked }: Member): Candidate['presence'] {
  if (revoked) return 'removed'
  if (deviceId === parts.deviceId) return 'here'
  return parts.isConnected(peerId) ? 'online' : 'offline'
}

async function findOffer(
  member: Member,
  { deviceId: ownId, peers, ownRecord, clock }: ChoosingParts,
  heard: Map<DeviceId, { readonly offer: DeviceOffer; readonly atMs: number }>,
): Promise<DeviceOffer | undefined> {
  const { deviceId } = member
  const known = heard.get(deviceId)
  if (known !== undefined && clock.monotonicMs() - known.atMs < BELIEVED_FOR_MS) return known.offer
  try {
    const isHere = deviceId === ownId
    const timeoutMs = ANSWER_WITHIN_MS
    const bytes = isHere
      ? await ownRecord()
      : (await peers.ask(deviceId, capabilitiesCommand, {}, { timeoutMs })).record
    const record = await findGenuine(bytes, member)
    if (record === undefined) return undefined
    const offer = offerFrom(record)
    heard.set(deviceId, { offer, atMs: clock.monotonicMs() })
    return offer
  } catch (cause) {
    if (!(cause instanceof CloudError)) throw cause
    return undefined
  }
}

/** Only what the device itself has signed, about itself, is believed. */
async function findGenuine(bytes: Uint8Array, member: Member): Promise<CapabilityRecord | undefined> {
  const signed = parseSigned(bytes, parseCapabilityRecord)
  if (!signed.ok || signed.value.value.deviceId !== member.deviceId) return undefined
  const { value, payload, signature } = signed.value
  return (await verifyFor(member.signPublicKey, 'capability-record', payload, signature)) ? value : undefined
}

function offerFrom(record: CapabilityRecord): DeviceOffer {
  const { expiresAtMs, os, arch, cpu, memory, disk, runtimes, sandboxes, network, battery, benchmark } = record
  const [strongest] = sandboxes.map(({ tier }) => tier).toSorted((a, b) => b - a)
  return {
    ...{ expiresAtMs, os, arch, memory, disk, runtimes, cores: cpu.cores },
    ...(strongest === undefined ? {} : { tier: strongest }),
    ...(network.isMetered === undefined ? {} : { isMetered: network.isMetered }),
    ...(battery?.isOnMains === undefined ? {} : { isOnMains: battery.isOnMains }),
    ...(benchmark && { singleCoreMops: benchmark.singleCoreMops }),
  }
}
