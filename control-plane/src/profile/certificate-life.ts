import type { Member } from '@cloudos/crypto/membership'
import type { DeviceId } from '@cloudos/protocol/ids'

type Certified = Pick<Member, 'deviceId' | 'class' | 'notAfterMs' | 'revoked'>

const DAY_MS = 24 * 60 * 60_000

/** With less left than this a certificate is renewed: half of a browser's day, a third of a machine's half year. */
const RENEW_UNDER_MS = { browser: DAY_MS / 2, agent: 60 * DAY_MS, vault: 60 * DAY_MS } as const

/** Whose certificate this browser renews now: its own, and those of devices without a person. Other browsers renew themselves. */
export function dueForRenewal(members: readonly Certified[], self: DeviceId, nowMs: number): readonly Certified[] {
  return members.filter(
    (member) =>
      !member.revoked &&
      (member.class !== 'browser' || member.deviceId === self) &&
      member.notAfterMs - nowMs < RENEW_UNDER_MS[member.class],
  )
}

/** `undefined` while there is nothing to worry about: an open browser renews what it sees here long before. */
export function keyEndText(kind: Member['class'], endsMs: number, nowMs: number): string | undefined {
  const leftMs = endsMs - nowMs
  if (kind === 'browser') return leftMs > 0 ? undefined : 'asleep: it renews its key when it is opened'
  if (leftMs <= 0) return 'key has ended: open CloudOS where you are signed in, and it is renewed'
  if (leftMs >= RENEW_UNDER_MS[kind] / 2) return undefined
  const days = Math.floor(leftMs / DAY_MS)
  return days === 0 ? 'key ends today' : `key ends in ${String(days)} ${days === 1 ? 'day' : 'days'}`
}
