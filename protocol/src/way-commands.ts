import { bytesUpTo, list } from './codecs.ts'
import { nothing, QUICK_MS } from './command.ts'
import type { CommandShape, Nothing } from './command.ts'
import { LIMITS } from './limits.ts'
import { at, record } from './record.ts'
import { SLOT_FIXED_BYTES } from './slot.ts'

/** The ways in and the vault behind them, as they lie wherever a copy of the profile does: useless to who has none of them. */
export interface StoredWays {
  readonly slots: readonly Uint8Array[]
  readonly sealedVault: Uint8Array
}

export const storedWays = record<StoredWays>({
  slots: at(
    1,
    list(bytesUpTo(SLOT_FIXED_BYTES + LIMITS.slotParamsMaxBytes), { min: 1, max: LIMITS.slotsMax }),
    'one for each way in',
  ),
  sealedVault: at(2, bytesUpTo(LIMITS.vaultMaxBytes), 'what each of them leads to'),
})

/** Taken only when the authority log names exactly these, now or by an entry that is on its way. */
export const putWaysCommand: CommandShape<StoredWays, Nothing> = {
  name: 'ways.put',
  effect: 'writes',
  grant: { resource: 'way:*', act: 'control' },
  says: 'Keep the ways in that the profile has now.',
  examples: ['cloudos ways put --slots BASE64URL --sealed-vault BASE64URL'],
  input: storedWays,
  output: nothing,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

export const getWaysCommand: CommandShape<Nothing, StoredWays> = {
  name: 'ways.get',
  effect: 'reads',
  grant: { resource: 'way:*', act: 'read' },
  says: 'Print the ways in that this device keeps, sealed as they are.',
  examples: ['cloudos ways get --json'],
  input: nothing,
  output: storedWays,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}
