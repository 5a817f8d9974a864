import { resolve } from 'node:path'
import { passphraseWay, phraseWay } from '@cloudos/crypto/way-in'
import type { WayIn } from '@cloudos/crypto/way-in'
import type { SealedCopy } from '@cloudos/mesh/pairing/talk'
import { openCopy, waysOf } from '@cloudos/mesh/recovery/open-copy'
import type { OpenedCopy } from '@cloudos/mesh/recovery/open-copy'
import { nounOf, sayOpenRefusal } from '@cloudos/mesh/recovery/refusal-text'
import { readWords, sayWrongWords } from '@cloudos/mesh/recovery/words'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { CommandShape } from '@cloudos/protocol/command'
import { recordFromJson } from '@cloudos/protocol/json-record'
import type { Json } from '@cloudos/protocol/json-record'
import type { LogPiece, ShownCopy } from '@cloudos/protocol/recovery-commands'
import type { RecordCodec } from '@cloudos/protocol/record'
import type { AgentDoor } from '../agent-door.ts'
import type { Errand } from '../errand.ts'
import { givenText } from '../verb.ts'
import type { Given } from '../verb.ts'
import { secretIn } from './storage-add.ts'

/** A copy as the agent shows it, sealed. */
export async function askShown<Input, Shown extends ShownCopy>(
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

/** Opens it with what a terminal can ask for. Rejects as `CloudError` with what was wrong, down to the word. */
export async function openShown(copy: SealedCopy, asked: WayAsked): Promise<OpenedCopy> {
  return openTyped(copy, await askWay(copy, asked))
}

/** Throws `CloudError` 'needs-page' where the copy has no way in that can be typed. */
export async function askWay({ slots }: Pick<SealedCopy, 'slots'>, { given, errand }: WayAsked): Promise<TypedWay> {
  const has = waysOf(slots)
  const wanted = givenText(given, 'way')
  const kind =
    wanted === 'words' ? 'phrase' : wanted === 'passphrase' ? wanted : has.includes('phrase') ? 'phrase' : 'passphrase'
  if (wanted === '' && !has.includes(kind)) throw needsPage(has.map(nounOf).join(', '))
  if (!has.includes(kind)) throw sayOpenRefusal({ kind: 'no-slot', way: kind, has })
  const file = givenText(given, 'way-file')
  const question = kind === 'phrase' ? 'Recovery words, all 24 (not shown): ' : 'Passphrase (not shown): '
  const text = file === '' ? await errand.world.readSecret(question) : secretIn(resolve(errand.world.workFolder, file))
  return { kind, text }
}

export async function openTyped(copy: SealedCopy, { kind, text }: TypedWay): Promise<OpenedCopy> {
  const way: WayIn = kind === 'phrase' ? phraseWay(await readWords(copy, text)) : passphraseWay(text)
  const opened = await openCopy(copy, way)
  if (opened.ok) return opened.value
  const isOtherWords = kind === 'phrase' && opened.error.kind === 'wrong-way-in'
  throw isOtherWords ? await sayWrongWords(copy, text) : sayOpenRefusal(opened.error)
}

function needsPage(ways: string): CloudError {
  return new CloudError(
    'needs-page',
    `This copy opens with ${ways}, which a terminal cannot ask for. Open the page with: cloudos open, then choose "I have a profile already"; for a drill, the Test button on Storage.`,
  )
}
