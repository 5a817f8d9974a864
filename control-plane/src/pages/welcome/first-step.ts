import type { IconName } from '../../ui/icons.ts'

/** One way into CloudOS that works here and now. */
export interface FirstStep {
  readonly id: string
  readonly icon: IconName
  readonly label: string
  readonly detail: string
  /** Said instead of the detail while it is under way. */
  readonly meanwhile: string
  readonly go: () => void
}
