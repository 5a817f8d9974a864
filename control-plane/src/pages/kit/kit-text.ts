import type { ProfileStatus } from '../../profile/status.ts'

/** One place that keeps something of the profile, as part B of the kit names it. */
export interface KitPlace {
  readonly name: string
  readonly address: string
  readonly keeps: string
}

/** Where something of the profile lies, as far as this browser knows. `origin`: where this page is. */
export function kitPlaces({ devices }: Pick<ProfileStatus, 'devices'>, origin: string): readonly KitPlace[] {
  return devices
    .filter(({ presence }) => presence !== 'revoked')
    .map(({ name, presence, link, peerId }) =>
      presence === 'here'
        ? {
            name: `${name} (the browser this kit was made in)`,
            address: origin,
            keeps: 'the profile and its documents',
          }
        : { name, address: link?.addresses[0] ?? `peer ${peerId}`, keeps: 'the documents' },
    )
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
    ...places.flatMap(({ name, address, keeps }) => [name, `  at     ${address}`, `  keeps  ${keeps}`]),
    '',
    `Profile ${profileId}, as of ${day}`,
    '',
    'A place that keeps the profile, and the words of part A, bring everything back.',
    '',
  ].join('\n')
}
