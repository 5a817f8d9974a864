import { text, uint } from './codecs.ts'
import { nothing, QUICK_MS } from './command.ts'
import type { CommandShape, Nothing } from './command.ts'
import { LIMITS } from './limits.ts'
import { at, record } from './record.ts'

export interface DeviceCode {
  readonly code: string
  readonly where: string
  readonly expiresAtMs: number
}

/** Whoever reads it may fetch the sealed copy, once: as with a link for pairing, no token gives it. */
export const deviceCodeCommand: CommandShape<Nothing, DeviceCode> = {
  name: 'device.code',
  effect: 'controls',
  grant: { resource: 'pair:*', act: 'control' },
  says: 'Show a one-time code by which a new device gets the profile back from this one.',
  examples: ['cloudos device code'],
  input: nothing,
  output: record<DeviceCode>({
    code: at(1, text(64), 'to be typed in on the new device; a way in is needed besides'),
    where: at(2, text(LIMITS.storageTextMaxBytes), 'where the new device finds this one'),
    expiresAtMs: at(3, uint(), 'when it stops working'),
  }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}
