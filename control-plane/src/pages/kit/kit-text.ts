import type { AddedKind, MediumView } from '@cloudos/protocol/storage-commands'
import { directKind } from '../../profile/direct-place.ts'
import type { MediaByDevice } from '../../profile/separate-storages.ts'
import type { DeviceView, DirectView, ProfileStatus } from '../../profile/status.ts'
import { dayText } from '../../ui/time.ts'
import { labelOf } from '../storage/copy-kinds.ts'

/** One place that keeps something of the profile, as part B of the kit names it. */
export interface KitPlace {
  readonly name: string
  readonly address: string
  /** Of a place that a page can be told to look into. */
  readonly kind?: AddedKind
  /** As whom it is signed in to. */
  readonly account?: string
  /** What a new machine signs in to it with, which the kit never holds. */
  readonly needs?: string
  readonly keeps: string
  /** Which revision lay there, since when, and when it was last brought back in a test. */
  readonly dated?: string
}

/**
 * Where something of the profile lies, as far as this browser knows. `origin`: where this page is. An agent keeps the sealed profile
 * beside the documents once there is a way in to open it, and the words of this kit are one.
 */
export function kitPlaces(
  { devices, direct }: Pick<ProfileStatus, 'devices' | 'direct'>,
  media: MediaByDevice,
  origin: string,
): readonly KitPlace[] {
  const ofDevices = devices
    .filter(({ presence }) => presence !== 'revoked')
    .flatMap((device) => {
      const kept = media.get(device.deviceId) ?? []
      return [placeOf(device, kept, origin), ...mediaOf(device, kept)]
    })
  return direct === undefined ? ofDevices : [...ofDevices, directPlace(direct)]
}

/** Kept by this browser itself, without an agent. */
function directPlace({ where, ...rest }: DirectView): KitPlace {
  const keeps = 'the whole profile and its documents, sealed'
  const kind = directKind(where)
  const name = `${labelOf(kind)}, kept by this browser`
  return { name, address: where, kind, needs: NEEDS[kind], keeps, dated: datedText(rest) }
}

function mediaOf({ name }: DeviceView, media: readonly MediumView[]): readonly KitPlace[] {
  return media
    .flatMap(({ kind, ...medium }) => (kind === 'device' || kind === 'peer' ? [] : [{ ...medium, kind }]))
    .map(({ kind, where, account, ...rest }) => ({
      name: kind === 'folder' ? `A folder, as ${name} has it` : `${labelOf(kind)}, kept by ${name}`,
      address: where,
      kind,
      ...(account !== undefined && { account }),
      needs: NEEDS[kind],
      keeps: 'the whole profile and its documents, sealed',
      dated: datedText(rest),
    }))
}

/** For a person who has nothing but this paper. */
const NEEDS: Readonly<Record<AddedKind, string>> = {
  folder: 'nothing: plug it in, or mount it',
  webdav: 'that user name and its password',
  s3: 'that access key id and its secret access key',
  github: 'a token that may read and write contents of that repository; a new one does',
  drive: 'the secret of that OAuth client, and a sign-in to that account on Google’s page',
  peer: 'a code: that device shows one, good for ten minutes and one machine',
}

function datedText({ gen, savedAtMs, testedAtMs }: Pick<MediumView, 'gen' | 'savedAtMs' | 'testedAtMs'>): string {
  const saved = savedAtMs === undefined ? '' : `, saved ${dayText(savedAtMs)}`
  const tested = testedAtMs === undefined ? 'never tested' : `tested ${dayText(testedAtMs)}`
  return gen === 0 ? 'no copy yet' : `revision ${String(gen)}${saved}; ${tested}`
}

function placeOf(device: DeviceView, media: readonly MediumView[], origin: string): KitPlace {
  const { name, presence, class: kind, link, peerId } = device
  const keeps = kind === 'vault' ? 'the documents, sealed' : 'the profile and its documents'
  if (presence === 'here') return { name: `${name} (the browser this kit was made in)`, address: origin, keeps }
  const reachedAt = media.find((medium) => medium.kind === 'device')?.reachedAt
  if (reachedAt !== undefined) return { name, address: reachedAt, kind: 'peer', needs: NEEDS.peer, keeps }
  return { name, address: link?.addresses[0] ?? `peer ${peerId}`, keeps }
}

/** Part A: THE WORDS. With any copy of the profile they are everything. */
export function partAText(words: readonly string[], profileId: string, day: string): string {
  return [
    'CloudOS recovery kit, part A: the words',
    '',
    ...words.map((word, at) => `${String(at + 1).padStart(2)}. ${word}`),
    '',
    `Profile ${profileId}, written down on ${day}`,
    '',
    'Whoever has these words AND a copy of the profile has everything in it.',
    'Keep this part away from part B and from your devices. The words alone, without any copy, open nothing.',
    '',
  ].join('\n')
}

/** Part B: where the copies are. */
export function partBText(places: readonly KitPlace[], profileId: string, day: string): string {
  return [
    'CloudOS recovery kit, part B: the places',
    '',
    ...places.flatMap(placeLines),
    '',
    `Profile ${profileId}, as of ${day}`,
    '',
    'A place that keeps the profile, and the words of part A, bring everything back.',
    'What a place needs is not in this part. Write it beside the place by hand, or name where you keep it.',
    'Start CloudOS on any machine that reaches the place, choose “I have a profile already”, and open this part there: it fills the form.',
    '',
  ].join('\n')
}

function placeLines({ name, address, kind, account, needs, keeps, dated }: KitPlace): readonly string[] {
  return [
    name,
    `  at     ${address}`,
    ...(kind === undefined ? [] : [`  kind   ${kind}`]),
    ...(account === undefined ? [] : [`  as     ${account}`]),
    ...(needs === undefined ? [] : [`  needs  ${needs}`]),
    `  keeps  ${keeps}`,
    ...(dated === undefined ? [] : [`  dated  ${dated}`]),
  ]
}
