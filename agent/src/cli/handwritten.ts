import { MACHINE_VERBS } from './handwritten/machine-verbs.ts'
import { SETTING_VERBS } from './handwritten/settings-verbs.ts'
import { DEVICE_VERBS } from './handwritten/device-verbs.ts'
import { JOB_VERBS } from './handwritten/job-verbs.ts'
import { KEPT_VERBS } from './handwritten/kept-verbs.ts'
import type { Handwritten } from './handwritten/parts.ts'

export const HANDWRITTEN: readonly Handwritten[] = [
  ...MACHINE_VERBS,
  ...SETTING_VERBS,
  ...DEVICE_VERBS,
  ...JOB_VERBS,
  ...KEPT_VERBS,
]
