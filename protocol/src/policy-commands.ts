import { nothing, QUICK_MS } from './command.ts'
import type { CommandShape, Nothing } from './command.ts'
import { policy } from './policy.ts'
import type { Policy } from './policy.ts'

export const getPolicyCommand: CommandShape<Nothing, Policy> = {
  name: 'policy.get',
  effect: 'reads',
  grant: { resource: 'policy:*', act: 'read' },
  says: 'Tell what this device forbids or asks about first.',
  examples: ['cloudos policy get --json'],
  input: nothing,
  output: policy,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

export const setPolicyCommand: CommandShape<Policy, Nothing> = {
  name: 'policy.set',
  effect: 'controls',
  grant: { resource: 'policy:*', act: 'control' },
  says: 'Replace what this device forbids or asks about first.',
  examples: ['cloudos policy set --rules \'[{"caller":"device","subject":"job.*","verdict":"ask"}]\''],
  input: policy,
  output: nothing,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}
