import type { ProfileKept } from '../../profile/profile.ts'

/** How this browser keeps the profile's keys, said as it is. */
export function keptFacts({ profileId, deviceId, signingKey, persisted }: ProfileKept, guarded: boolean) {
  return [
    { label: 'Profile id', value: profileId, mono: true },
    { label: 'This device', value: deviceId, mono: true },
    {
      label: 'Signing key',
      value:
        signingKey === 'not-extractable'
          ? 'kept by the browser; no page or script can read it out'
          : 'kept in site data; this browser cannot keep Ed25519 keys itself',
    },
    {
      label: 'Root key',
      value: `${guarded ? 'sealed behind your ways in' : 'kept in site data of this browser'}; it adds and removes devices`,
    },
    {
      label: 'Storage',
      value: persisted
        ? 'permanent: the browser will not clear it to make room'
        : 'the browser may clear it when the disk is nearly full',
    },
  ]
}
