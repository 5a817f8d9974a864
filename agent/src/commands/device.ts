import { capabilitiesCommand, metricsCommand } from '@cloudos/protocol/device-commands'
import type { CapabilityBook } from '../capability/capability-book.ts'
import type { MetricsFeed } from '../capability/metrics-feed.ts'
import { register } from './register.ts'
import type { Registered } from './register.ts'

/** What this device is, and how it is doing. */
export function deviceCommands(capabilities: CapabilityBook, metrics: MetricsFeed): readonly Registered[] {
  return [
    register({
      shape: capabilitiesCommand,
      run: async () => ({ record: await capabilities.current() }),
    }),
    register({
      shape: metricsCommand,
      run: async (_input, { tell, signal }) => {
        await metrics.watch(tell, signal)
        return {}
      },
    }),
  ]
}
