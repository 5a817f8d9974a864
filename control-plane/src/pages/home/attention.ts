import type { ProfileStatus } from '../../profile/status.ts'
import { incidentText } from '../activity/incident-text.ts'

export interface AttentionItem {
  readonly id: string
  readonly title: string
  readonly detail: string
}

/** What the owner has to look at, gravest first; refused frames alone are for Activity, since nothing has to be done about them. */
export function needsOwner({ incidents }: Pick<ProfileStatus, 'incidents'>): readonly AttentionItem[] {
  return incidents
    .filter(({ kind }) => kind !== 'frame-refused')
    .map((incident) => ({ id: incident.id, ...incidentText(incident) }))
}

export function summaryOf(status: Pick<ProfileStatus, 'incidents' | 'devices'>): string {
  const waiting = needsOwner(status).length
  if (waiting === 1) return 'One thing needs your attention.'
  if (waiting > 1) return `${String(waiting)} things need your attention.`
  return isOnlyCopy(status)
    ? 'Everything works. Your profile has only one copy so far.'
    : 'Everything works. Nothing needs your attention.'
}

/** The profile is lost with this browser's site data. */
export function isOnlyCopy({ devices }: Pick<ProfileStatus, 'devices'>): boolean {
  return devices.every(({ presence }) => presence === 'here' || presence === 'revoked')
}
