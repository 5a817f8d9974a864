import type { ProfileStatus } from '../../profile/status.ts'
import { incidentText } from '../activity/incident-text.ts'

export interface AttentionItem {
  readonly id: string
  readonly title: string
  readonly detail: string
}

type Attended = Pick<ProfileStatus, 'incidents' | 'devices' | 'rootReplaced'>

/** What the owner has to look at, gravest first; refused frames alone are for Activity, since nothing has to be done about them. */
export function needsOwner({ incidents, devices, rootReplaced }: Attended, nowMs: number): readonly AttentionItem[] {
  const here = devices.find(({ presence }) => presence === 'here')
  const lapsed = here !== undefined && devices.length > 1 && here.certificateEndsMs <= nowMs ? [LAPSED] : []
  const serious = incidents
    .filter(({ kind }) => kind !== 'frame-refused')
    .map((incident) => ({ id: incident.id, ...incidentText(incident) }))
  return [...lapsed, ...(rootReplaced ? [REPLACED] : []), ...serious]
}

const REPLACED: AttentionItem = {
  id: 'root-replaced',
  title: 'A way in was revoked in another browser',
  detail: 'Sign in again in Settings, or lock and unlock this browser: until then it cannot add or remove anything.',
}

const LAPSED: AttentionItem = {
  id: 'certificate',
  title: 'This browser’s certificate has ended',
  detail:
    'Your other devices do not connect to it any more. What you write stays here and is sent once it has a new one.',
}

/** `isSafe`: two ways lead back to the profile, and the notice that asks for them is not there. */
export function summaryOf(status: Attended, nowMs: number, isSafe: boolean): string {
  const waiting = needsOwner(status, nowMs).length
  if (waiting === 1) return 'One thing needs your attention.'
  if (waiting > 1) return `${String(waiting)} things need your attention.`
  if (isOnlyCopy(status)) return 'Everything works. Your profile has only one copy so far.'
  return isSafe ? 'Everything works. Nothing needs your attention.' : 'Everything works. A way back is still missing.'
}

/** The profile is lost with this browser's site data. */
export function isOnlyCopy({ devices }: Pick<ProfileStatus, 'devices'>): boolean {
  return devices.every(({ presence }) => presence === 'here' || presence === 'revoked')
}
