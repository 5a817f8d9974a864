import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Decision } from '@cloudos/protocol/decide'

/** A denial as its caller hears it: a stable code, and what to do about it. */
export function sayDenial(decision: Decision, command = 'That'): CloudError {
  const why = decision.allow ? 'no-such-command' : decision.why
  switch (why) {
    case 'no-such-command':
      return new CloudError('no-such-command', 'This agent knows no such command. Is it the same version?')
    case 'no-identity':
      return new CloudError('not-a-member', 'This device is not let in. Pair it first.')
    case 'no-grant':
      return new CloudError('not-allowed', `The command ${command} is not for you.`)
    case 'forbidden-by-policy':
      return new CloudError(
        'forbidden-by-policy',
        `This device's policy forbids ${command}. Its owner can change that.`,
      )
    case 'approval-needed':
    case 'approval-invalid':
      return new CloudError(
        'approval-invalid',
        `The yes to ${command} was for something else, used, or too old. Ask again.`,
      )
    case 'over-budget':
      return new CloudError('over-budget', 'Too many commands in one minute. Wait a little, then go on.')
  }
}
