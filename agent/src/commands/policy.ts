import { CloudError } from '@cloudos/protocol/cloud-error'
import { recordFromJson, jsonFromRecord } from '@cloudos/protocol/json-record'
import { OPEN_POLICY, policy } from '@cloudos/protocol/policy'
import type { Policy } from '@cloudos/protocol/policy'
import { getPolicyCommand, setPolicyCommand } from '@cloudos/protocol/policy-commands'
import type { Settings } from '../journal/settings.ts'
import { register } from './register.ts'
import type { Registered } from './register.ts'

/** What the owner has settled for this device, in the journal. */
export interface PolicyBook {
  /** `undefined` when what is kept cannot be read. */
  current(): Policy | undefined
  set(next: Policy): void
}

export function createPolicyBook(settings: Settings): PolicyBook {
  let kept = parsePolicy(settings.find('policy'))
  return {
    current: () => kept,
    set: (next) => {
      settings.set('policy', JSON.stringify(jsonFromRecord(policy, next)))
      kept = next
    },
  }
}

/** Nothing kept is a policy without rules; something that cannot be read is no policy at all. */
function parsePolicy(text: string | undefined): Policy | undefined {
  if (text === undefined) return OPEN_POLICY
  try {
    const read = recordFromJson(policy, JSON.parse(text))
    return read.ok ? read.value : undefined
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    return undefined
  }
}

export function policyCommands(book: PolicyBook): readonly Registered[] {
  return [
    register({
      shape: getPolicyCommand,
      run: () => {
        const kept = book.current()
        if (kept !== undefined) return Promise.resolve(kept)
        throw new CloudError(
          'policy-unreadable',
          'The policy kept here cannot be read, so everything is refused. Set it anew.',
        )
      },
    }),
    register({
      shape: setPolicyCommand,
      run: (next) => {
        book.set(next)
        return Promise.resolve({})
      },
    }),
  ]
}
