import { countIndependentWays } from '@cloudos/protocol/independent-ways'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import type { MediaByDevice } from '../../profile/separate-storages.ts'
import { NO_MEDIA, separateStorages } from '../../profile/separate-storages.ts'
import type { ProfileStatus } from '../../profile/status.ts'
import { waysBack } from '../../profile/ways-back.ts'
import type { WayView } from '../../profile/ways.ts'
import { agoFrom } from '../../ui/time.ts'
import type { Tone } from '../../ui/tone.ts'

/** A place that a profile comes back from, and the device that keeps it. */
export interface RecoveryPlace {
  readonly id: string
  readonly where: string
  readonly keptBy: string
  readonly medium: MediumView
}

/** Whether one way in opens the copy in one place. */
export interface Opens {
  readonly text: string
  readonly tone: Tone
}

/** Places first, the devices' own disks after them: these are gone with their device. */
export function placesFrom(media: MediaByDevice, nameOf: (deviceId: DeviceId) => string): readonly RecoveryPlace[] {
  const places = [...media].flatMap(([deviceId, mediums]) =>
    mediums.map((medium) => ({
      id: deviceId + medium.mediumId,
      where: medium.kind === 'device' ? `The disk of ${nameOf(deviceId)}` : medium.where,
      keptBy: nameOf(deviceId),
      medium,
    })),
  )
  return places.sort((a, b) => Number(a.medium.kind === 'device') - Number(b.medium.kind === 'device'))
}

/** What is known of this way in and this copy: every copy has all ways in of the revision that lies there. */
export function opensText(way: Pick<WayView, 'name' | 'kind'>, medium: MediumView, nowMs: number): Opens {
  if (way.kind === 'unknown') return { text: 'of a newer CloudOS', tone: 'warn' }
  if (medium.kind === 'device') return { text: 'opens, as long as that device is there', tone: 'info' }
  if (medium.gen === 0) return { text: 'no copy there yet', tone: 'quiet' }
  if (medium.state === 'failed' || medium.testProblem !== undefined) return { text: 'not now', tone: 'bad' }
  const test = medium.tests?.find(({ way: name }) => name === way.name)
  if (test !== undefined) return { text: `opened ${agoFrom(test.atMs, nowMs)}`, tone: 'good' }
  return medium.state === 'away'
    ? { text: 'should open, once it is back', tone: 'warn' }
    : { text: 'should open, not tested', tone: 'info' }
}

/** One thing to do until two independent ways in open copies in two places that are not lost together. */
export interface Missing {
  readonly what: string
  readonly how: string
  readonly at: 'kit' | 'settings' | 'storage'
}

export function missingFrom(status: Pick<ProfileStatus, 'devices' | 'ways'>, media: MediaByDevice): readonly Missing[] {
  const { domains } = waysBack({ ...status, storages: separateStorages(media) })
  // Another agent is no place that a drill opens: its own copies are.
  const copies = [...media.values()].flat().filter(({ kind, gen }) => kind !== 'device' && kind !== 'peer' && gen > 0)
  const missing: Missing[] = []
  if (!status.ways.some(({ kind }) => kind === 'phrase'))
    missing.push({ what: 'Recovery words on paper', how: 'Save the kit: they open every copy, whatever else is lost.', at: 'kit' }) // prettier-ignore
  if (independentWays(status.ways, media) < 2)
    missing.push({ what: 'A second way in', how: 'A passphrase, a passkey or a wallet, for when the other is lost.', at: 'settings' }) // prettier-ignore
  if (domains < 2)
    missing.push({ what: 'A second place', how: 'A copy that is not lost together with this machine.', at: 'storage' })
  if (copies.some(({ testedAtMs }) => testedAtMs === undefined))
    missing.push({ what: 'A test of each copy', how: 'Only what was opened once is known to open.', at: 'storage' })
  else if (copies.some(isTestedByStoredAlone))
    missing.push({ what: 'A test as on a new machine', how: 'Sign in with what you keep yourself: what a device keeps is gone with it.', at: 'storage' }) // prettier-ignore
  return missing
}

/** Nobody has signed in to it anew yet. */
function isTestedByStoredAlone({ tests = [] }: MediumView): boolean {
  return tests.length > 0 && tests.every(({ entry }) => entry === 'stored')
}

/** The built-in wallet comes from the same words, and together they are one. A machine's own key is none where the machine has the only copy. */
export function independentWays(
  ways: readonly Pick<WayView, 'kind' | 'deviceId'>[],
  media: MediaByDevice = NO_MEDIA,
): number {
  const counted = ways.filter(({ kind, deviceId }) => kind !== 'device-keychain' || hasCopyApartFrom(deviceId, media))
  return countIndependentWays(counted.flatMap(({ kind }) => (kind === 'unknown' ? [] : [kind])))
}

/** Whether a copy outlives this machine. */
function hasCopyApartFrom(machine: DeviceId | undefined, media: MediaByDevice): boolean {
  if (machine === undefined) return false
  const own = media.get(machine)?.find(({ kind }) => kind === 'device')?.failureDomain
  return [...media].some(([keeper, places]) =>
    keeper === machine
      ? places.some(({ kind, gen, failureDomain }) => kind !== 'device' && gen > 0 && failureDomain !== own)
      : places.some(({ kind, gen }) => kind === 'device' || gen > 0),
  )
}
