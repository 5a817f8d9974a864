import assert from 'node:assert/strict'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { idFromBytes } from '@cloudos/protocol/ids'
import { appendEntries } from '../append-entries.ts'
import { foldAuthority } from '../authority-fold.ts'
import type { AuthorityState } from '../authority-state.ts'
import { issueCertificate } from '../certificate-check.ts'
import { addDevice, checkpoint, revokeDevice, rotateEpoch, rotateRecovery, rotateRoot } from '../change-authority.ts'
import { hashId } from '../hash.ts'
import { createSigner } from '../signature.ts'
import type { Signer } from '../signature.ts'
import type { VerifiedEntry } from '../verified-entry.ts'
import { NOW_MS, sampleDevice } from './profiles.ts'
import type { SampleProfile } from './profiles.ts'
import type { Dice } from './seeded.ts'

/** An authority log that was continued from many places at once, by everybody who ever held a key of it. */
export class AuthorityHistory {
  readonly profile: SampleProfile
  readonly entries: VerifiedEntry[]
  readonly #dice: Dice
  readonly #signerByKey = new Map<string, Signer>()

  constructor(profile: SampleProfile, dice: Dice) {
    this.profile = profile
    this.entries = [...profile.entries]
    this.#dice = dice
    this.#keep(profile.rootSeed)
    this.#keep(profile.recoverySeed)
  }

  async step(): Promise<void> {
    const near = this.entries.slice(this.#dice.below(2) === 0 ? -3 : 0)
    const state = this.stateAt(this.#dice.pick(near))
    const power = { state, root: this.signerOf(state.rootPublicKey), rng: this.#dice, nowMs: NOW_MS }
    const acts = [
      async () => addDevice(power, await this.#certificate(), new Map()),
      async () => (await revokeDevice(power, this.#revocation(state))).entries,
      async () => (await revokeDevice(power, this.#revocation(state))).entries,
      async () => (await rotateEpoch(power)).entries,
      () =>
        appendEntries(state, power.root, [{ kind: 'slot-change', slotSetHash: hashId(this.#dice.bytes(8)) }], NOW_MS),
      () => checkpoint(power),
      () => this.#rotateRoot(state),
      async () => [
        await rotateRecovery(power, this.signerOf(state.recoveryPublicKey), this.#keep(this.#dice.bytes(32))),
      ],
    ]
    this.entries.push(...(await this.#dice.pick(acts)()))
  }

  /** As somebody saw it who had this entry and those before it. */
  stateAt(last: VerifiedEntry): AuthorityState {
    const byHash = new Map(this.entries.map((entry) => [entry.hash, entry]))
    const line: VerifiedEntry[] = []
    for (let entry: VerifiedEntry | undefined = last; entry !== undefined; entry = byHash.get(entry.entry.prev))
      line.push(entry)
    const state = foldAuthority(this.profile.profileId, line)
    assert.ok(state.ok)
    return state.value
  }

  signerOf(publicKey: Uint8Array): Signer {
    const signer = this.#signerByKey.get(hexFromBytes(publicKey))
    assert.ok(signer)
    return signer
  }

  async #rotateRoot(state: AuthorityState): Promise<readonly VerifiedEntry[]> {
    const by = this.#dice.pick([state.rootPublicKey, state.recoveryPublicKey])
    const { entries, rootSeed } = await rotateRoot({ state, rng: this.#dice, nowMs: NOW_MS }, this.signerOf(by))
    this.#keep(rootSeed)
    return entries
  }

  #certificate() {
    const { identity, name, class: deviceClass } = sampleDevice(this.#dice, 'guest')
    const { profileId } = this.profile
    return issueCertificate({
      profileId,
      identity,
      name,
      class: deviceClass,
      caps: [],
      challenge: this.#dice.bytes(32),
      nowMs: NOW_MS,
    })
  }

  #revocation(state: AuthorityState) {
    const deviceId = this.#dice.pick([this.profile.desktop.identity.deviceId, ...state.deviceById.keys()])
    const chains = new Map([[idFromBytes('Incarnation', this.#dice.bytes(4)), this.#dice.below(50)]])
    return {
      deviceId,
      reason: 'lost' as const,
      admitted: new Map([[idFromBytes('DocId', new Uint8Array(16)), chains]]),
    }
  }

  #keep(seed: Uint8Array): Uint8Array {
    const signer = createSigner(seed)
    this.#signerByKey.set(hexFromBytes(signer.publicKey), signer)
    return signer.publicKey
  }
}
