import { isDriveAddress } from '@cloudos/protocol/drive-address'
import type { Drilled } from '@cloudos/protocol/recovery-commands'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import type { ProfileKept } from '../../profile/profile.ts'
import type { DirectView } from '../../profile/status.ts'
import type { Room } from '@cloudos/protocol/room'
import { sizeText } from '../../ui/amounts.ts'
import type { Tone } from '../../ui/tone.ts'
import { stateOf } from './medium-state.ts'
import { agoFrom, dateTimeText } from '../../ui/time.ts'

/** A place that keeps the profile, in words. */
export interface PlaceWords {
  readonly state: string
  readonly tone: Tone
  readonly saved: string
  /** How full it is; empty where nothing is known. */
  readonly room: string
  /** What takes this copy with it when it is lost. */
  readonly lostWith: string
}

export function mediumText(medium: MediumView, nowMs: number): PlaceWords {
  const [lostWith, room] = [medium.failureDomain, roomText(medium.room)]
  if (medium.kind === 'device') return { ...stateOf(medium), saved: 'as it is edited', room, lostWith }
  const { gen, savedAtMs } = medium
  // What an earlier run saved is known by its number alone.
  const age = savedAtMs === undefined ? undefined : agoFrom(savedAtMs, nowMs)
  if (medium.kind === 'peer') return { ...peerText(medium, { lostWith, age }), room }
  const saved = gen === 0 ? 'nothing yet' : `revision ${String(gen)}${age === undefined ? '' : `, ${age}`}`
  return { ...stateOf(medium), saved, room, lostWith }
}

/** A repository or a Drive that this browser saves to by itself. */
export function directText(direct: DirectView, nowMs: number): PlaceWords {
  const { needsToken, behind, gen, savedAtMs, problem, isDoubted } = direct
  const age = savedAtMs === undefined ? undefined : agoFrom(savedAtMs, nowMs)
  const saved = gen === 0 ? 'nothing yet' : `revision ${String(gen)}${age === undefined ? '' : `, ${age}`}`
  const [lostWith, room] = ['the account it belongs to', roomText(direct.room)]
  const missing = isDriveAddress(direct.where) ? 'needs a sign-in' : 'needs its token'
  if (needsToken) return { state: missing, tone: 'warn', saved, room, lostWith }
  if (isDoubted === true) return { state: 'not believed', tone: 'bad', saved, room, lostWith }
  if (problem !== undefined) return { state: 'failed', tone: 'bad', saved, room, lostWith }
  return behind === 0 && savedAtMs !== undefined
    ? { state: 'in step', tone: 'good', saved, room, lostWith }
    : { state: 'saving', tone: 'info', saved, room, lostWith }
}

/** Another device: it holds all by itself, and has signed how much. */
function peerText(
  medium: MediumView,
  { lostWith, age }: { lostWith: string; age: string | undefined },
): Omit<PlaceWords, 'room'> {
  const { gen, behind } = medium
  const edits =
    gen === 0 ? 'nothing said yet' : `${countOf(gen, 'sealed edit')}${age === undefined ? '' : `, said ${age}`}`
  return { ...stateOf(medium), saved: behind === 0 ? edits : `${edits}; ${String(behind)} behind`, lostWith }
}

/** When a copy last brought everything back in a drill, and what its place was signed in to with: one by what the device keeps shows less. */
export function testedText(
  { testedAtMs, tests = [] }: Pick<MediumView, 'testedAtMs' | 'tests'>,
  nowMs: number,
): string {
  if (testedAtMs === undefined) return 'Never tested'
  const ago = agoFrom(testedAtMs, nowMs)
  const [newest] = tests
  if (newest?.entry === 'asked') return `Tested ${ago}, signed in as a new machine would`
  if (newest?.entry !== 'stored') return `Tested ${ago}`
  const asked = tests.find(({ entry }) => entry === 'asked')
  const before =
    asked === undefined ? 'never as a new machine would' : `as a new machine would ${agoFrom(asked.atMs, nowMs)}`
  return `Tested ${ago} with this device’s stored credential, ${before}`
}

/** How the device looks after a copy by itself; empty before the first time. */
export function careText(medium: MediumView, nowMs: number): string {
  const { checkedAtMs, mendedObjects, mendedAtMs } = medium
  const checked = checkedAtMs === undefined ? [] : [`A share of it was read back ${agoFrom(checkedAtMs, nowMs)}`]
  const mended = mendedObjects === undefined || mendedAtMs === undefined ? [] : [`mended ${countOf(mendedObjects, 'object')}, ${dateTimeText(mendedAtMs)}`] // prettier-ignore
  const text = [...checked, ...mended].join('; ')
  return text === '' ? '' : `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}.`
}

/** What a drill has found. */
export function drilledText({ gen, documents, edits, notSaved, entry }: Drilled): string {
  const whole = `Revision ${String(gen)}: ${countOf(documents, 'document')} and ${countOf(edits, 'sealed edit')} came back, the same as here.`
  const all = notSaved === 0 ? whole : `${whole} ${countOf(notSaved, 'newer edit')} will be in its next revision.`
  return entry === 'stored'
    ? `${all} It was signed in to with what this device keeps: whether you could without the device is not known yet.`
    : all
}

function countOf(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** This browser as a place. */
export function browserText({ persisted }: Pick<ProfileKept, 'persisted'>, room: Room): PlaceWords {
  return {
    state: 'saved here',
    tone: 'good',
    saved: 'as it is edited',
    room: roomText(room),
    lostWith: persisted
      ? 'this browser’s site data'
      : 'this browser’s site data, which it may also clear by itself when its disk is full',
  }
}

/** "20 KiB used", "3.0 GiB of 15.0 GiB used, 12.0 GiB free" */
export function roomText({ usedBytes, freeBytes, totalBytes }: Room = {}): string {
  const of = totalBytes === undefined ? '' : ` of ${bytesText(totalBytes)}`
  const used = usedBytes === undefined ? [] : [`${bytesText(usedBytes)}${of} used`]
  const free = freeBytes === undefined ? [] : [`${bytesText(freeBytes)} free`]
  return [...used, ...free].join(', ')
}

function bytesText(bytes: number): string {
  const mib = bytes / 1024 ** 2
  return mib < 1 ? `${String(Math.ceil(bytes / 1024))} KiB` : sizeText(mib)
}
