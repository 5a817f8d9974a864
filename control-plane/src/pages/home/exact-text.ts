import { approvalRequest } from '@cloudos/protocol/approval-commands'
import type { ApprovalRequest, PendingApproval } from '@cloudos/protocol/approval-commands'
import { hashFor } from '@cloudos/crypto/hash'
import { idFromBytes } from '@cloudos/protocol/ids'
import { jsonFromBytes } from '@cloudos/protocol/json-record'
import { LIMITS } from '@cloudos/protocol/limits'
import { parseRecord } from '@cloudos/protocol/record'
import { findCommand } from '@cloudos/protocol/registry'

export interface ExactAction {
  readonly request: ApprovalRequest
  /** What the command does, in its own words. */
  readonly says: string
  /** Its parameters, whole. */
  readonly payload: string
}

/** What a pending approval asks for, read from the bytes whose hash the yes will carry; `undefined` when they are not what they claim. */
export function exactAction({ request, hash }: PendingApproval): ExactAction | undefined {
  if (idFromBytes('Hash', hashFor('approval', request)) !== hash) return undefined
  const parsed = parseRecord(approvalRequest, request, LIMITS.rpcMaxBytes)
  const command = parsed.ok ? findCommand(parsed.value.command) : undefined
  if (!parsed.ok || command === undefined) return undefined
  const json = jsonFromBytes(command.input, parsed.value.params)
  if (!json.ok) return undefined
  return { request: parsed.value, says: command.says, payload: plainText(JSON.stringify(json.value, undefined, 2)) }
}

/** Nothing in it can hide, turn round or look like another letter's place: what is not plain is shown by its number. */
export function plainText(text: string): string {
  return text.replace(/[^\n\P{C}]|[\u2028\u2029\p{Mn}\p{Me}]|(?! )\p{Zs}/gu, (unit) => {
    return `\\u{${(unit.codePointAt(0) ?? 0).toString(16)}}`
  })
}
