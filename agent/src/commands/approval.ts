import {
  giveApprovalCommand,
  listApprovalsCommand,
  refuseApprovalCommand,
  watchApprovalsCommand,
} from '@cloudos/protocol/approval-commands'
import type { ApprovalDesk } from './approval-desk.ts'
import { register } from './register.ts'
import type { Registered } from './register.ts'
import { untilAborted } from './until-aborted.ts'

/** A person's yes or no to what waits for it. */
export function approvalCommands(desk: ApprovalDesk): readonly Registered[] {
  return [
    register({ shape: listApprovalsCommand, run: () => Promise.resolve({ pending: desk.list() }) }),
    register({
      shape: watchApprovalsCommand,
      run: async (_input, { tell, signal }) => {
        const stop = desk.watch((pending) => {
          tell({ pending })
        })
        await untilAborted(signal)
        stop()
        return {}
      },
    }),
    register({
      shape: giveApprovalCommand,
      run: (answer, { caller }) => {
        desk.give(answer, caller)
        return Promise.resolve({})
      },
    }),
    register({
      shape: refuseApprovalCommand,
      run: (answer, { caller }) => {
        desk.refuse(answer, caller)
        return Promise.resolve({})
      },
    }),
  ]
}
