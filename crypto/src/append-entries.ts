import type { AuthorityBody } from '@cloudos/protocol/authority-body'
import type { DeviceId, EpochId, Hash, ProfileId } from '@cloudos/protocol/ids'
import type { Rng } from '@cloudos/protocol/ports'
import { epochIdFrom } from './authority-path-state.ts'
import type { AuthorityState } from './authority-state.ts'
import { epochSealContext } from './membership.ts'
import { sealKey } from './seal-key.ts'
import type { Signer } from './signature.ts'
import { signEntry } from './verified-entry.ts'
import type { VerifiedEntry } from './verified-entry.ts'

/** The root's key in use: in the foreground process of an unlocked owner, for one act, then wiped. */
export interface RootPower {
  readonly state: AuthorityState
  readonly root: Signer
  readonly rng: Rng
  readonly nowMs: number
}

/** Entries to publish together, and the keys of the epochs they begin: those belong into the vault before anything else happens. */
export interface Appended {
  readonly entries: readonly VerifiedEntry[]
  readonly keyByEpoch: ReadonlyMap<EpochId, Uint8Array>
}

/** Where the next entry goes. */
export interface LogPlace {
  readonly profileId: ProfileId
  readonly tip: Hash
  readonly seq: number
}

export interface Recipient {
  readonly deviceId: DeviceId
  readonly boxPublicKey: Uint8Array
}

export async function appendEntries(
  place: LogPlace,
  signer: Signer,
  bodies: readonly AuthorityBody[],
  nowMs: number,
): Promise<readonly VerifiedEntry[]> {
  const entries: VerifiedEntry[] = []
  let { tip: prev, seq } = place
  for (const body of bodies) {
    const entry = await signEntry(signer, { profileId: place.profileId, seq: ++seq, prev, body, wallclockMs: nowMs })
    prev = entry.hash
    entries.push(entry)
  }
  return entries
}

export function placeAfter(place: LogPlace, entries: readonly VerifiedEntry[]): LogPlace {
  const last = entries.at(-1)
  return last === undefined ? place : { ...place, tip: last.hash, seq: last.entry.seq }
}

/** As the root: first what lost branches leave to be said again, then `bodies`, then a new epoch for `recipients`. */
export async function appendWithEpoch(
  { state, root, rng, nowMs }: RootPower,
  bodies: readonly AuthorityBody[],
  recipients: readonly Recipient[],
): Promise<Appended> {
  const { body, key } = newEpoch(state.profileId, recipients, rng)
  const entries = await appendEntries(state, root, [...state.toAppend, ...bodies, body], nowMs)
  return { entries, keyByEpoch: keyByEpochFrom(entries, key) }
}

/** The devices that read: in, not revoked, not a vault. */
export function readersOf(state: AuthorityState): readonly Recipient[] {
  return [...state.deviceById.values()]
    .filter(({ certificate, revoked }) => revoked === undefined && certificate.class !== 'vault')
    .map(({ deviceId, certificate }) => ({ deviceId, boxPublicKey: certificate.boxPublicKey }))
}

export function newEpoch(
  profileId: ProfileId,
  recipients: readonly Recipient[],
  rng: Rng,
): { readonly body: AuthorityBody; readonly key: Uint8Array } {
  const key = rng.bytes(32)
  const sealedByDevice = new Map(
    recipients.map(({ deviceId, boxPublicKey }) => [
      deviceId,
      sealKey(epochSealContext(profileId, deviceId), boxPublicKey, key, rng),
    ]),
  )
  return { body: { kind: 'rotate-epoch', sealedByDevice }, key }
}

/** For entries of which the last begins the epoch of `key`. */
export function keyByEpochFrom(entries: readonly VerifiedEntry[], key: Uint8Array): ReadonlyMap<EpochId, Uint8Array> {
  const last = entries.at(-1)
  return new Map(last === undefined ? [] : [[epochIdFrom(last.hash), key]])
}
