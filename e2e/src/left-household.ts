import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { leaveCopy } from '@cloudos/agent/testing/left-copy'
import { house } from '@cloudos/agent/testing/protected-house'
import { wordsFromPhrase } from '@cloudos/crypto/phrase'
import { deviceCodeCommand } from '@cloudos/protocol/device-code-command'
import type { Recovered } from '@cloudos/protocol/recovery-commands'
import { addStorageCommand, listStorageCommand, syncStorageCommand } from '@cloudos/protocol/storage-commands'
import type { NewMedium } from '@cloudos/protocol/storage-commands'
import { createTemporaryFolder } from '@cloudos/storage-adapters/testing/temporary-folder'
import { startAgent } from './agent-process.ts'
import { runCommand } from './command.ts'
import { processorMs } from './figures/process-cost.ts'
import { createHome } from './home.ts'

/** What a household has left: nothing but copies and the words. */
export interface LeftBehind {
  readonly places: readonly NewMedium[]
  /** What every one of the copies says. */
  readonly stateHash: string
  readonly wordsFile: string
  readonly folder: string
}

interface Drilled {
  readonly outcome: string
  readonly stateHash: string
  readonly notSaved: number
}

/** A machine with this many edits that keeps copies in a folder and in `others`, drills each, and is then gone with all it had. */
export async function leaveOnMedia(
  stack: AsyncDisposableStack,
  edits: number,
  others: readonly NewMedium[],
): Promise<LeftBehind> {
  const folder = stack.use(await createTemporaryFolder()).path
  const gone = await house(1, 31)
  const texts = Array.from({ length: edits }, (_, at) => `edit ${String(at)}. `)
  const stick = await leaveCopy(gone, folder, texts)
  const wordsFile = join(folder, 'words.txt')
  await writeFile(wordsFile, wordsFromPhrase(gone.phrase).join(' ') + '\n')
  const places = [{ kind: 'folder', where: stick } as const, ...others]

  await using first = new AsyncDisposableStack()
  const home = first.use(await createHome())
  const agent = first.use(await startAgent(home))
  await runCommand(home, 'recover', '--kind', 'folder', '--where', stick, '--way-file', wordsFile)
  for (const place of others) await agent.call(addStorageCommand, place)
  for (const { mediumId, kind } of (await agent.call(listStorageCommand, {})).media)
    if (kind !== 'device' && kind !== 'peer') await agent.call(syncStorageCommand, { mediumId })
  const { media } = await runCommand<{ readonly media: readonly Drilled[] }>(
    home,
    'recover',
    '--drill',
    '--stored',
    '--way-file',
    wordsFile,
  )
  assert.deepEqual(media.map(({ outcome, notSaved }) => [outcome, notSaved]), places.map(() => ['good', 0])) // prettier-ignore
  const hashes = new Set(media.map(({ stateHash }) => stateHash))
  assert.equal(hashes.size, 1)
  // An agent that ends well hands over its audit chain: one more edit, on the media too.
  await agent.end('SIGKILL')
  return { places, stateHash: media[0]?.stateHash ?? '', wordsFile, folder }
}

/** A machine that was brought back from a folder shows its code; the hash is of all that it keeps. */
export async function showByDevice(
  stack: AsyncDisposableStack,
  { wordsFile }: LeftBehind,
  { where: stick }: NewMedium,
): Promise<{ readonly place: NewMedium; readonly stateHash: string }> {
  const home = stack.use(await createHome())
  const attic = stack.use(await startAgent(home))
  await runCommand(home, 'recover', '--kind', 'folder', '--where', stick, '--way-file', wordsFile)
  const [kept] = (await attic.call(listStorageCommand, {})).media.filter(({ kind }) => kind === 'folder')
  assert.ok(kept)
  await attic.call(syncStorageCommand, { mediumId: kept.mediumId })
  const drill = ['recover', '--drill', '--stored', '--way-file', wordsFile]
  const [drilled] = (await runCommand<{ readonly media: readonly Drilled[] }>(home, ...drill)).media
  assert.deepEqual([drilled?.outcome, drilled?.notSaved], ['good', 0])
  const { code: secret, where } = await attic.call(deviceCodeCommand, {})
  return { place: { kind: 'peer', where, secret }, stateHash: drilled?.stateHash ?? '' }
}

/** A machine that has nothing comes back from one of the places, by the command line alone. */
export async function recoverFrom(
  { wordsFile, folder }: LeftBehind,
  { kind, where, account, secret }: NewMedium,
): Promise<Recovered & { readonly tookMs: number; readonly processorMs: number }> {
  await using stack = new AsyncDisposableStack()
  const home = stack.use(await createHome())
  const agent = stack.use(await startAgent(home))
  const secretFile = join(folder, 'secret.txt')
  await writeFile(secretFile, (secret ?? '') + '\n')
  const startedMs = performance.now()
  const usedMs = processorMs(agent.pid)
  const recovered = await runCommand<Recovered>(
    home,
    ...['recover', '--kind', kind, '--where', where, '--way-file', wordsFile],
    ...(account === undefined ? [] : ['--account', account]),
    ...(secret === undefined ? [] : ['--secret-file', secretFile]),
  )
  const tookMs = performance.now() - startedMs
  return { ...recovered, tookMs, processorMs: processorMs(agent.pid) - usedMs }
}
