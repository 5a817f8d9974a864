import type { AuditEntry } from '@cloudos/protocol/audit'
import type { DeviceView } from '../../profile/status.ts'

/** Who asked, by the name its owner knows. */
export function whoText({ actor, deviceId }: AuditEntry, devices: readonly DeviceView[]): string {
  if (actor === 'owner') return 'The terminal'
  if (actor === 'agent') return 'The agent itself'
  const name = devices.find((device) => device.deviceId === deviceId)?.name
  return name ?? `Device ${deviceId?.slice(0, 8) ?? 'unknown'}`
}

const REASONS: Readonly<Record<string, string>> = {
  'no-grant': 'It holds no grant for this.',
  'grant-lapsed': 'Its token has ended.',
  'token-revoked': 'Its token was taken back.',
  'token-of-another': 'It showed a token of another device.',
  'token-issuer-gone': 'Whoever made its token is not in the profile any more.',
  'token-forged': 'Its token was not signed by whom it names.',
  'token-too-wide': 'Its token gives more than its maker holds.',
  'no-such-command': 'There is no such command.',
  'forbidden-by-policy': "This device's policy forbids it.",
  'approval-needed': 'It waits for a yes.',
  'approval-refused': 'The owner said no.',
  'approval-expired': 'Nobody said yes in time.',
  'entries-missing': 'What the other devices know of this record is longer: its end is gone.',
  'over-budget': 'Too many in one minute.',
  'freshness-unproven': 'Nothing but one copy said that what is here is the newest.',
}

/** Why; a code that this page does not know is shown as it is. */
export function reasonText({ decision, reason, approvalId }: AuditEntry): string {
  if (decision === 'allowed') return approvalId === undefined ? '' : 'The owner said yes to it.'
  return REASONS[reason] ?? `Reason: ${reason}.`
}
