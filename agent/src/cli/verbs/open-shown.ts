import { resolve } from 'node:path'
import { passphraseWay, phraseWay } from '@cloudos/crypto/way-in'
import type { WayIn } from '@cloudos/crypto/way-in'
import type { SealedCopy } from '@cloudos/mesh/pairing/talk'
import { openCopy, waysOf } from '@cloudos/mesh/recovery/open-copy'
import type { CopyOpenRefusal, OpenedCopy } from '@cloudos/mesh/recovery/open-copy'
import { nounOf, sayOpenRefusal } from '@cloudos/mesh/recovery/refusal-text'
import { readWords, sayWrongWords } from '@cloudos/mesh/recovery/words'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { CommandShape } from '@cloudos/protocol/command'
import { recordFromJson } from '@cloudos/protocol/json-record'
import type { Json } from '@cloudos/protocol/json-record'
import type { LogPiece } from '@cloudos/protocol/recovery-commands'
import type { RecordCodec } from '@cloudos/protocol/record'
import type { Result } from '@cloudos/protocol/result'
import type { WaysHere } from '@cloudos/protocol/way-commands'
import { findKeychainWay, keychainWayIn } from '../../keychain/keychain-way.ts'
import { keychainsOf } from '../../keychain/keychains.ts'
import type { AgentDoor } from '../agent-door.ts'
import type { Errand } from '../errand.ts'
import { givenText } from '../verb.ts'
import type { Given } from '../verb.ts'
import { secretIn } from './storage-add.ts'

/** A copy as the agent shows it, sealed. */
export async function askShown<Input, Shown extends WaysHere>(
  door: AgentDoor,
  command: CommandShape<Input, Shown, LogPiece>,
  input: Json,
  signal: AbortSignal,
): Promise<{ readonly shown: Shown; readonly copy: SealedCopy }> {
  const entries: Uint8Array[] = []
  const { event } = command
  const onEvent = (piece: Json): void => {
    if (event !== undefined) entries.push(...valueOf(event, piece).entries)
  }
  const shown = valueOf(command.output, await door.ask(command, input, { signal, onEvent }))
  const { profileId, slots, sealedVault } = shown
  return { shown, copy: { profileId, slots, sealedVault, entries } }
}

/** An answer with its types. Throws `CloudError` 'other-version'. */
export function valueOf<T>(codec: RecordCodec<T, string>, json: Json): T {
  const value = recordFromJson(codec, json)
  if (value.ok) return value.value
  throw new CloudError(
    'other-version',
    'The running agent is of another version. Restart it: cloudos down, then cloudos up',
  )
}

export interface WayAsked {
  readonly given: Given
  readonly errand: Errand
}

/** What a person has typed or named a file with; kept for as long as one command works on several copies. */
export interface TypedWay {
  readonly kind: 'phrase' | 'passphrase'
  readonly text: string
}

/** What this machine holds for whoever sits here, or nobody: looked up for each copy, since each names its own. */
export interface KeychainWay {
  readonly kind: 'device-keychain'
  readonly find: (slots: readonly Uint8Array[]) => Promise<WayIn>
}

export type AskedWay = TypedWay | KeychainWay

/** Opens it with what a terminal can ask for. Rejects as `CloudError` with what was wrong, down to the word. */
export async function openShown(copy: SealedCopy, asked: WayAsked): Promise<OpenedCopy> {
  return openTyped(copy, await askWay(copy, asked))
}

/** Throws `CloudError` 'needs-page' where the copy has no way in that can be typed and none that a keychain holds. */
export async function askWay({ slots }: Pick<SealedCopy, 'slots'>, asked: WayAsked): Promise<AskedWay> {
  const { given, errand } = asked
  const has = waysOf(slots)
  const kind = KIND_OF_WAY[givenText(given, 'way')] ?? ASKED_FOR.find((one) => has.includes(one))
  if (kind === undefined) throw needsPage(has.map(nounOf).join(', '))
  if (!has.includes(kind)) throw sayOpenRefusal({ kind: 'no-slot', way: kind, has })
  const file = givenText(given, 'way-file') && resolve(errand.world.workFolder, givenText(given, 'way-file'))
  if (kind === 'device-keychain') {
    const find = (of: readonly Uint8Array[]): Promise<WayIn> => findKeychainWay(of, keychainsOf(errand))
    return { kind, find: file === '' ? find : () => Promise.resolve(keychainWayIn(file)) }
  }
  const question = kind === 'phrase' ? 'Recovery words, all 24 (not shown): ' : 'Passphrase (not shown): '
  return { kind, text: file === '' ? await errand.world.readSecret(question) : secretIn(file) }
}

const KIND_OF_WAY: Readonly<Record<string, AskedWay['kind']>> = {
  words: 'phrase',
  passphrase: 'passphrase',
  keychain: 'device-keychain',
}

/** Where nothing was said; a person first, since a keychain says nothing of who sits here. */
const ASKED_FOR = ['phrase', 'passphrase', 'device-keychain'] as const

export function openTyped(copy: SealedCopy, asked: AskedWay): Promise<OpenedCopy> {
  return openAsked(copy, asked, openCopy)
}

/** Rejects as `CloudError` with what was wrong. */
export async function openAsked<Opened>(
  copy: SealedCopy,
  asked: AskedWay,
  open: (copy: SealedCopy, way: WayIn) => Promise<Result<Opened, CopyOpenRefusal>>,
): Promise<Opened> {
  const opened = await open(copy, await wayFrom(copy, asked))
  if (opened.ok) return opened.value
  const isOtherWords = asked.kind === 'phrase' && opened.error.kind === 'wrong-way-in'
  throw isOtherWords ? await sayWrongWords(copy, asked.text) : sayOpenRefusal(opened.error)
}

async function wayFrom(copy: SealedCopy, asked: AskedWay): Promise<WayIn> {
  if (asked.kind === 'device-keychain') return asked.find(copy.slots)
  return asked.kind === 'phrase' ? phraseWay(await readWords(copy, asked.text)) : passphraseWay(asked.text)
}

function needsPage(ways: string): CloudError {
  return new CloudError(
    'needs-page',
    `This copy opens with ${ways}, which a terminal cannot ask for. Open the page with: cloudos open, then choose "I have a profile already"; for a drill, the Test button on Storage.`,
  )
}
