import { bytesUpTo, id, list } from './codecs.ts'
import { nothing, QUICK_MS } from './command.ts'
import type { CommandShape, Nothing } from './command.ts'
import type { ProfileId } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, record } from './record.ts'
import { logPiece } from './recovery-commands.ts'
import type { LogPiece } from './recovery-commands.ts'
import { SLOT_FIXED_BYTES } from './slot.ts'

/** The ways in and the vault behind them, as they lie wherever a copy of the profile does: useless to who has none of them. */
export interface StoredWays {
  readonly slots: readonly Uint8Array[]
  readonly sealedVault: Uint8Array
}

const slots = list(bytesUpTo(SLOT_FIXED_BYTES + LIMITS.slotParamsMaxBytes), { min: 1, max: LIMITS.slotsMax })
const sealedVault = bytesUpTo(LIMITS.vaultMaxBytes)

export const storedWays = record<StoredWays>({
  slots: at(1, slots, 'one for each way in'),
  sealedVault: at(2, sealedVault, 'what each of them leads to'),
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

/** What this device keeps of the profile for whoever can open it. */
export interface WaysHere extends StoredWays {
  readonly profileId: ProfileId
}

/** The authority log goes ahead in pieces: together they are what a way in opens, with nothing read from a medium. */
export const readWaysCommand: CommandShape<Nothing, WaysHere, LogPiece> = {
  name: 'ways.read',
  effect: 'reads',
  grant: { resource: 'way:*', act: 'read' },
  says: 'Read the ways in that this device keeps with their log, sealed, for whoever can open them.',
  examples: ['cloudos ways read'],
  input: nothing,
  output: record<WaysHere>({
    profileId: at(1, id('ProfileId'), 'whose they are'),
    slots: at(2, slots, 'one for each way in'),
    sealedVault: at(3, sealedVault, 'what each of them leads to'),
  }),
  event: logPiece,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

/**
 * Entries that the root has signed, the last of which names the ways in. For one who leaves they take the device out and begin an epoch
 * that it is not given; the vault holds the new epoch's key: whoever leaves keeps no copy.
 */
export interface Leaving extends StoredWays {
  readonly entries: readonly Uint8Array[]
}

const signedWays = record<Leaving>({
  entries: at(
    1,
    list(bytesUpTo(LIMITS.authorityEntryMaxBytes), { min: 1, max: 16 }),
    'entries of the authority log, signed by the root',
  ),
  slots: at(2, slots, 'one for each way in'),
  sealedVault: at(3, sealedVault, 'what each of them leads to'),
})

/** Answered once all of it is on this device's disk: from then on the one who leaves may delete what it has. */
export const leaveCommand: CommandShape<Leaving, Nothing> = {
  name: 'device.leave',
  effect: 'controls',
  grant: { resource: 'device:*', act: 'control' },
  says: 'Take a device out of the profile for good, by entries that the root has signed.',
  examples: ['cloudos device leave --entries BASE64URL --slots BASE64URL --sealed-vault BASE64URL'],
  input: signedWays,
  output: nothing,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

/** Refused ('changed-meanwhile') when the entries do not follow the log as it is here: two at once would fork it. */
export const changeWaysCommand: CommandShape<Leaving, Nothing> = {
  name: 'ways.change',
  effect: 'controls',
  grant: { resource: 'way:*', act: 'control' },
  says: 'Put other ways in in force, by entries that the root has signed.',
  examples: ['cloudos ways change --entries BASE64URL --slots BASE64URL --sealed-vault BASE64URL'],
  input: signedWays,
  output: nothing,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
  needsFresh: true,
}
