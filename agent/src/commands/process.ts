import { downCommand, metricsTextCommand } from '@cloudos/protocol/agent-commands'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { metricsText } from '../metrics-text.ts'
import type { Figure } from '../metrics-text.ts'
import { register } from './register.ts'
import type { Registered } from './register.ts'

export interface ProcessCommandParts {
  /** Ends this process in good order, a moment later. */
  readonly stop: () => void
  readonly figures: () => readonly Figure[]
  readonly areMetricsOn: () => boolean
}

/** The agent as a process. */
export function processCommands({ stop, figures, areMetricsOn }: ProcessCommandParts): readonly Registered[] {
  return [
    register({
      shape: downCommand,
      run: async () => {
        stop()
        return {}
      },
    }),
    register({
      shape: metricsTextCommand,
      run: async () => {
        if (!areMetricsOn())
          throw new CloudError('metrics-off', 'Metrics are off. Switch them on with: cloudos config set metrics on')
        return { text: metricsText(figures()) }
      },
    }),
  ]
}
