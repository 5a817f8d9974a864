import {
  drillCommand,
  enterCommand,
  readCopyCommand,
  readForDrillCommand,
  trustCopyCommand,
} from '@cloudos/protocol/recovery-commands'
import type { DrillDesk } from '../recovery/drill-desk.ts'
import type { RecoveryDesk } from '../recovery/recovery-desk.ts'
import type { FreshnessDesk } from '../safety/freshness-desk.ts'
import { register } from './register.ts'
import type { Registered } from './register.ts'

/** Coming back from a copy, and trying whether one could. */
export function recoveryCommands(
  recovery: RecoveryDesk,
  drills: DrillDesk,
  freshness: FreshnessDesk,
): readonly Registered[] {
  return [
    register({
      shape: readCopyCommand,
      run: (place, { tell }) =>
        recovery.read(place, (entries) => {
          tell({ entries })
        }),
    }),
    register({
      shape: trustCopyCommand,
      run: async () => {
        freshness.trust()
        return {}
      },
    }),
    register({ shape: enterCommand, run: ({ place, entries }) => recovery.enter(place, entries) }),
    register({
      shape: readForDrillCommand,
      run: (asked, { tell }) =>
        drills.read(asked, (entries) => {
          tell({ entries })
        }),
    }),
    register({ shape: drillCommand, run: (drill) => drills.run(drill) }),
  ]
}
