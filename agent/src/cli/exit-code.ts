/** What the shell learns: docs/commands.md has the list. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  locked: 4,
  unreachable: 5,
  waiting: 8,
  interrupted: 130,
} as const

const BY_CODE: Readonly<Record<string, number>> = {
  'bad-input': EXIT.usage,
  'freshness-unproven': EXIT.refused,
  'approval-refused': EXIT.refused,
  'approval-expired': EXIT.refused,
  'approval-invalid': EXIT.refused,
  'no-profile': EXIT.locked,
  locked: EXIT.locked,
  'not-paired': EXIT.locked,
  'not-a-member': EXIT.locked,
  'not-running': EXIT.unreachable,
  disconnected: EXIT.unreachable,
  unreachable: EXIT.unreachable,
  'device-unreachable': EXIT.unreachable,
  'too-many-approvals': EXIT.waiting, // What was asked before waits; this was not even asked.
  cancelled: EXIT.interrupted,
}

/** By the code of what went wrong; most things are just a failure. */
export function exitCodeOf(code: string): number {
  return BY_CODE[code] ?? EXIT.failed
}
