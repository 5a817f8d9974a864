import { openDB } from 'idb'
import type { DBSchema, IDBPDatabase } from 'idb'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DeviceId, EpochId, Hash, ProfileId } from '@cloudos/protocol/ids'

/** Everything that opens the profile. It is in memory while the profile is open, and in the clear on disk only where it opens by itself. */
export interface ProfileSecrets {
  readonly keys: KeptKeys
  /** Signs the authority log; the vault brings it to every browser that is signed in. */
  readonly rootSeed: Uint8Array
  /**
   * The entropy of the profile's words, in the browser that founded it and until they are known to be written down. NEVER IN THE VAULT:
   * the words yield the recovery key, which outranks the root, and an old copy of a vault with a way in that was revoked since would
   * yield the words.
   */
  readonly phrase?: Uint8Array
  /** What this device keeps for itself is sealed with it. */
  readonly secretsKey: Uint8Array
  /** Each way in leads to it, and it to all the rest. */
  readonly vaultKey: Uint8Array
  /** Of every epoch that began while the root was here. */
  readonly keyByEpoch: ReadonlyMap<EpochId, Uint8Array>
}

/** What this browser holds of its profile besides the frames. */
export type KeptProfile =
  /** Opens by itself. */
  OpenlyKept | SealedProfile

export interface OpenlyKept {
  readonly protection: 'none'
  readonly profileId: ProfileId
  readonly secrets: ProfileSecrets
  /** While a way in is being revoked: in force instead of `secrets` once the log has their root. */
  readonly next?: ProfileSecrets
}

/** Opens with a way in only: the vault lies on this browser's medium, and what the device keeps for itself is sealed. */
export interface SealedProfile {
  readonly protection: 'sealed'
  readonly profileId: ProfileId
  /** Where the browser holds the signing key and gives it to no script; without the epochs' keys it signs nothing that counts. */
  readonly signing: CryptoKeyPair | undefined
  readonly sealedDevice: Uint8Array
}

export interface KeptKeys {
  /** A pair of keys that the browser never gives out, or the seed where it cannot hold Ed25519 keys. */
  readonly signing: CryptoKeyPair | Uint8Array
  readonly boxSecret: Uint8Array
  readonly peerSeed: Uint8Array
}

/** A device that answered here, and how it was reached. */
export interface Door {
  readonly peerId: string
  readonly addresses: readonly string[]
}

/** A repository that this browser keeps a copy in. */
export interface KeptDirect {
  readonly where: string
  /** Present when its owner wanted it kept; it opens with this device's own key. */
  readonly sealedToken?: Uint8Array
  /** The head that this browser has last seen there. */
  readonly seen?: { readonly gen: number; readonly hash: Hash }
}

interface Schema extends DBSchema {
  profile: { key: 'profile'; value: KeptProfile }
  entries: { key: number; value: Uint8Array }
  keyChanges: { key: 'seen'; value: readonly Hash[] }
  heads: { key: string; value: Uint8Array }
  /** What each device has been shown on media, as it has signed it. */
  sightings: { key: string; value: Uint8Array }
  doors: { key: string; value: Door }
  seen: { key: DeviceId; value: number }
  renewals: { key: DeviceId; value: Uint8Array }
  /** While all that is here came from one copy: the devices that can tell whether it was the newest. */
  unproven: { key: 'witnesses'; value: readonly DeviceId[] }
  /** The place that this browser itself keeps a copy in, without an agent. */
  direct: { key: 'place'; value: KeptDirect }
}
export type KeepDatabase = IDBPDatabase<Schema>

/** Small and without sync code: it is what decides, before the first paint, whether there is a profile here. */
export function openKeep(name: string): Promise<KeepDatabase> {
  return withKeep(() =>
    openDB<Schema>(name, 5, {
      upgrade(fresh, version) {
        fresh.createObjectStore('sightings')
        if (version > 3) return
        fresh.createObjectStore('direct')
        if (version > 2) return
        fresh.createObjectStore('unproven')
        if (version > 1) return
        fresh.createObjectStore('renewals')
        if (version > 0) return
        fresh.createObjectStore('profile')
        fresh.createObjectStore('entries', { autoIncrement: true })
        fresh.createObjectStore('keyChanges')
        fresh.createObjectStore('heads')
        fresh.createObjectStore('doors', { keyPath: 'peerId' })
        fresh.createObjectStore('seen')
      },
    }),
  )
}

export function findKeptProfile(keep: KeepDatabase): Promise<KeptProfile | undefined> {
  return withKeep(() => keep.get('profile', 'profile'))
}

/**
 * All or nothing, and on disk when it resolves. False when another tab was first: then nothing is written. `witnesses`: of the one copy
 * that the profile comes from.
 */
export function keepFounded(
  keep: KeepDatabase,
  profile: KeptProfile,
  entries: readonly Uint8Array[],
  witnesses?: readonly DeviceId[],
): Promise<boolean> {
  return withKeep(async () => {
    const write = keep.transaction([...keep.objectStoreNames], 'readwrite', { durability: 'strict' })
    const profiles = write.objectStore('profile')
    const first = (await profiles.getKey('profile')) === undefined
    if (first) {
      // What a tab may still have written while another logged out.
      for (const name of ['entries', 'keyChanges', 'heads', 'sightings', 'unproven', 'direct'] as const)
        await write.objectStore(name).clear()
      await profiles.put(profile, 'profile')
      for (const entry of entries) await write.objectStore('entries').put(entry)
      if (witnesses !== undefined) await write.objectStore('unproven').put(witnesses, 'witnesses')
    }
    await write.done
    return first
  })
}

/** Where a profile opens by itself; elsewhere the vault has them. On disk when it resolves. */
export function keepEpochKeys(keep: KeepDatabase, keyByEpoch: ReadonlyMap<EpochId, Uint8Array>): Promise<void> {
  return withKeep(async () => {
    const write = keep.transaction('profile', 'readwrite', { durability: 'strict' })
    const kept = await write.store.get('profile')
    if (kept?.protection === 'none') {
      const secrets = { ...kept.secrets, keyByEpoch: new Map([...kept.secrets.keyByEpoch, ...keyByEpoch]) }
      await write.store.put({ ...kept, secrets }, 'profile')
    }
    await write.done
  })
}

export async function keepDoor(keep: KeepDatabase, door: Door): Promise<void> {
  await withKeep(() => keep.put('doors', door))
}

export function findDirect(keep: KeepDatabase): Promise<KeptDirect | undefined> {
  return withKeep(() => keep.get('direct', 'place'))
}

/** `undefined` forgets it. On disk when it resolves. */
export async function keepDirect(keep: KeepDatabase, direct: KeptDirect | undefined): Promise<void> {
  await withKeep(async () => {
    if (direct === undefined) await keep.delete('direct', 'place')
    else await keep.put('direct', direct, 'place')
  })
}

/** `undefined` where nothing has to be proven. */
export function findWitnesses(keep: KeepDatabase): Promise<readonly DeviceId[] | undefined> {
  return withKeep(() => keep.get('unproven', 'witnesses'))
}

export async function forgetWitnesses(keep: KeepDatabase): Promise<void> {
  await withKeep(() => keep.delete('unproven', 'witnesses'))
}

/** Takes the place of how the profile was kept before; on disk when it resolves. */
export function keepAs(keep: KeepDatabase, kept: KeptProfile): Promise<void> {
  return withKeep(async () => {
    const write = keep.transaction('profile', 'readwrite', { durability: 'strict' })
    await Promise.all([write.store.put(kept, 'profile'), write.done])
  })
}

/** Nothing of a profile is here any more, in one step; on disk when it resolves. */
export function eraseKept(keep: KeepDatabase): Promise<void> {
  return withKeep(async () => {
    const write = keep.transaction([...keep.objectStoreNames], 'readwrite', { durability: 'strict' })
    await Promise.all([...keep.objectStoreNames].map((name) => write.objectStore(name).clear()))
    await write.done
  })
}

/** Whatever the browser's storage does wrong, now or later, is the broken world. */
export async function withKeep<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'QuotaExceededError')
      throw new CloudError(
        'disk-full',
        'This browser has no room left for CloudOS. Free some disk space and try again.',
        cause,
      )
    throw new CloudError(
      'browser-storage',
      'This browser does not let CloudOS store anything. A private window or a policy may forbid it.',
      cause,
    )
  }
}
