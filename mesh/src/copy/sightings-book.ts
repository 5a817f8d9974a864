import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { hashFor } from '@cloudos/crypto/hash'
import type { Membership } from '@cloudos/crypto/membership'
import { signFor, verifyFor } from '@cloudos/crypto/signature'
import { utf8 } from '@cloudos/protocol/bytes'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { DeviceId, Hash } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Clock } from '@cloudos/protocol/ports'
import { encodeSightings, parseSightings } from '@cloudos/protocol/sightings'
import type { SeenHead, Sightings } from '@cloudos/protocol/sightings'
import { encodeSigned, parseSigned } from '@cloudos/protocol/signed'
import type { KnownHeads, OwnSightings } from './lie.ts'
import { thinned } from './thinned.ts'

/** What all devices of a profile call a place, by its kind and address. `whose`: an account or machine, where the address means another place for another. */
export function mediumName(kind: string, where: string, whose = ''): Hash {
  return idFromBytes('Hash', hashFor('medium', utf8(JSON.stringify([kind, where, whose]))))
}

/** Durable memory of what each device has last said of each medium. */
export interface SightingsMemory {
  load(): Promise<readonly Uint8Array[]>
  save(deviceId: DeviceId, medium: Hash, signed: Uint8Array): Promise<void>
}

export interface SightingsBookParts {
  readonly identity: DeviceIdentity
  readonly membership: () => Membership
  readonly memory: SightingsMemory
  readonly clock: Clock
}

interface Said {
  readonly value: Sightings
  /** As it was signed. */
  readonly bytes: Uint8Array
  /** By `clock.monotonicMs`, when this device first knew of a head. */
  readonly heardAtMs: ReadonlyMap<number, number>
}

const NOTHING: OwnSightings = { heads: [], settled: 0 }

/** Which heads every device of the profile has been shown on each medium, in its own signed words. */
export class SightingsBook {
  readonly #parts: SightingsBookParts
  readonly #newest = new Map<string, Said>()
  readonly #listeners = new Set<(medium: Hash) => void>()
  #signing: Promise<void> = Promise.resolve()

  static async open(parts: SightingsBookParts): Promise<SightingsBook> {
    const book = new SightingsBook(parts)
    for (const bytes of await parts.memory.load()) {
      const signed = parseSigned(bytes, parseSightings)
      if (signed.ok) book.#keep(signed.value.value, bytes)
    }
    return book
  }

  private constructor(parts: SightingsBookParts) {
    this.#parts = parts
  }

  /** What is known of a medium now; devices that have been removed do not count. */
  known(medium: Hash): KnownHeads {
    const nowMs = this.#parts.clock.monotonicMs()
    const told = [...this.#standing()].flatMap(({ value: { deviceId, heads, settled, ...said }, heardAtMs }) => {
      if (said.medium !== medium || deviceId === this.#self) return []
      const held = heads.map((head) => ({ ...head, heldForMs: nowMs - (heardAtMs.get(head.gen) ?? nowMs) }))
      return [{ deviceId, settled, heads: held }]
    })
    return { own: this.#own(medium)?.value ?? NOTHING, told }
  }

  /** This device has been shown this head and believes it. `settled` as in `OwnSightings`. Resolves once that is durable; rejects with `CloudError`. */
  saw(medium: Hash, head: SeenHead, settled: number): Promise<void> {
    return this.#say(medium, ({ heads }) => ({
      heads: thinned([...heads.filter(({ gen }) => gen >= settled && gen < head.gen), head]),
      settled,
    }))
  }

  /** This device keeps no copy there any more: what it was shown is held against nobody. */
  async forget(medium: Hash): Promise<void> {
    if (this.#own(medium) === undefined) return
    await this.#say(medium, (own) => ({ heads: [], settled: own.settled }))
  }

  /** What a device has said, from whoever brings it. Resolves with whether it is news, once that is durable; rejects with `CloudError`. */
  async take(bytes: Uint8Array): Promise<boolean> {
    const signed = parseSigned(bytes, parseSightings)
    if (!signed.ok) return false
    const { value, payload, signature } = signed.value
    const member = this.#parts.membership().member(value.deviceId)
    if (member === undefined || member.revoked || !this.#isNew(value)) return false
    if (!(await verifyFor(member.signPublicKey, 'sightings', payload, signature))) return false
    const kept = bytes.slice()
    await this.#parts.memory.save(value.deviceId, value.medium, kept)
    // Another may have brought a newer one meanwhile.
    if (!this.#isNew(value)) return false
    this.#keep(value, kept)
    for (const listener of this.#listeners) listener(value.medium)
    return true
  }

  /** What every device that is still in has last said, as it was signed. */
  signed(): readonly Uint8Array[] {
    return [...this.#standing()].map(({ bytes }) => bytes)
  }

  /** Called with the medium that another device has said something of. Returns the unsubscriber. */
  onTold(listener: (medium: Hash) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get #self(): DeviceId {
    return this.#parts.identity.deviceId
  }

  #own(medium: Hash): Said | undefined {
    return this.#newest.get(keyOf(this.#self, medium))
  }

  *#standing(): Iterable<Said> {
    const membership = this.#parts.membership()
    for (const said of this.#newest.values()) if (membership.member(said.value.deviceId)?.revoked === false) yield said
  }

  /** A device that has lost its memory gets back what it has said itself. */
  #isNew({ deviceId, medium, count }: Sightings): boolean {
    const known = this.#newest.get(keyOf(deviceId, medium))
    if (known !== undefined) return count > known.value.count
    const ofDevice = [...this.#newest.values()].filter(({ value }) => value.deviceId === deviceId)
    return ofDevice.length < LIMITS.sightedMediaPerDevice
  }

  #keep(value: Sightings, bytes: Uint8Array): void {
    const key = keyOf(value.deviceId, value.medium)
    const [before, nowMs] = [this.#newest.get(key), this.#parts.clock.monotonicMs()]
    const hashes = new Map(before?.value.heads.map(({ gen, hash }) => [gen, hash]))
    const since = ({ gen, hash }: SeenHead): number =>
      (hashes.get(gen) === hash ? before?.heardAtMs.get(gen) : undefined) ?? nowMs
    this.#newest.set(key, { value, bytes, heardAtMs: new Map(value.heads.map((head) => [head.gen, since(head)])) })
  }

  #say(medium: Hash, next: (own: OwnSightings) => OwnSightings): Promise<void> {
    const saying = this.#signing.then(() => this.#sign(medium, next))
    this.#signing = saying.catch(() => undefined)
    return saying
  }

  async #sign(medium: Hash, next: (own: OwnSightings) => OwnSightings): Promise<void> {
    const { identity, memory } = this.#parts
    const last = this.#own(medium)?.value
    const value: Sightings = {
      medium,
      ...next(last ?? NOTHING),
      count: (last?.count ?? 0) + 1,
      deviceId: identity.deviceId,
    }
    const payload = encodeSightings(value)
    const bytes = encodeSigned(payload, await signFor(identity.signer, 'sightings', payload))
    await memory.save(identity.deviceId, medium, bytes)
    this.#keep(value, bytes)
  }
}

function keyOf(deviceId: DeviceId, medium: Hash): string {
  return `${deviceId} ${medium}`
}
