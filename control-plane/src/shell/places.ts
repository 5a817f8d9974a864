import type { PageName } from '../routes.ts'
import type { IconName } from '../ui/icons.ts'

export interface Place {
  readonly page: PageName
  readonly label: string
  readonly icon: IconName
  /** On a phone it stands under More. */
  readonly isRarer?: boolean
}

/** The navigation, in order; on a phone these are the tabs. */
export const PLACES: readonly Place[] = [
  { page: 'home', label: 'Home', icon: 'home' },
  { page: 'notes', label: 'Notes', icon: 'note' },
  { page: 'devices', label: 'Devices', icon: 'monitor' },
  { page: 'runs', label: 'Runs', icon: 'play' },
  { page: 'storage', label: 'Storage', icon: 'copy', isRarer: true },
  { page: 'recovery', label: 'Recovery', icon: 'shield', isRarer: true },
  { page: 'activity', label: 'Activity', icon: 'activity', isRarer: true },
  { page: 'settings', label: 'Settings', icon: 'sliders', isRarer: true },
]
