import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { wordsFromPhrase } from '@cloudos/crypto/phrase'
import { leaveCopy } from '../testing/left-copy.ts'
import { house } from '../testing/protected-house.ts'
import { commandLine } from '../testing/run-command.ts'
import type { CommandLine } from '../testing/run-command.ts'

type Fields = Readonly<Record<string, unknown>>

interface Left {
  readonly cloudos: CommandLine
  /** The command that recovers, up to what it opens with. */
  readonly place: readonly string[]
  /** A file with these words in it. */
  readonly words: (change?: (words: string[]) => readonly string[]) => string
}

/** A machine of its own on which an agent runs that is in no profile, and a folder with a copy. */
async function left(t: TestContext): Promise<Left> {
  const cloudos = commandLine(t)
  const gone = await house(1, 21)
  const stick = await leaveCopy(gone, cloudos.folder, ['the heron lands at dawn'])
  await cloudos.run('up')
  return {
    cloudos,
    place: ['recover', '--kind', 'folder', '--where', stick],
    words: (change = (words) => words) => {
      const file = join(cloudos.folder, 'words.txt')
      writeFileSync(file, change([...wordsFromPhrase(gone.phrase)]).join(' ') + '\n')
      return file
    },
  }
}

test('a machine comes back into its profile from a folder and the words, and a drill says that it could again', async (t) => {
  const { cloudos, place, words } = await left(t)
  const recovered = resultOf(await cloudos.json(...place, '--way-file', words()))
  assert.equal(recovered['freshness'], 'unproven')
  assert.deepEqual([recovered['devices'], recovered['documents'], recovered['edits']], [2, 1, 1])
  assert.equal(resultOf(await cloudos.json('profile', 'show'))['profileId'], recovered['profileId'])

  const [drilled] = mediaOf(await cloudos.json('recover', '--drill', '--way-file', words()))
  assert.ok(drilled)
  // The name that this machine has given itself is one edit more.
  assert.deepEqual([drilled['outcome'], drilled['documents'], drilled['edits']], ['good', 2, 2])
  const kept = mediaOf(await cloudos.json('storage', 'list')).find(({ kind }) => kind === 'folder')
  assert.equal(kept?.['testedAtMs'], drilled['testedAtMs'])
  const again = await cloudos.run(...place, '--way-file', words())
  assert.equal(again.code, 1)
  assert.match(again.err, /in a profile already/)
})

test('which of the words is wrong is told before anything is taken over, and the right ones work afterwards', async (t) => {
  const { cloudos, place, words } = await left(t)
  const refusal = async (change: (words: string[]) => readonly string[]) =>
    errorOf(await cloudos.json(...place, '--way-file', words(change)))
  const unknown = await refusal((all) => all.with(2, 'heronry'))
  assert.equal(unknown['code'], 'wrong-word')
  assert.match(String(unknown['message']), /Word 3, “heronry”/)
  const another = await refusal((all) => all.with(11, all[11] === 'zoo' ? 'zone' : 'zoo'))
  assert.equal(another['code'], 'wrong-word')
  assert.match(String(another['message']), /Word 12 /)
  assert.equal((await refusal(() => wordsFromPhrase(new Uint8Array(32).fill(7))))['code'], 'wrong-words')
  assert.equal((await refusal((all) => all.slice(1)))['code'], 'wrong-count')
  assert.equal(
    errorOf(await cloudos.json(...place, '--way', 'passphrase', '--way-file', words()))['code'],
    'no-such-way',
  )
  assert.equal(errorOf(await cloudos.json('profile', 'show'))['code'], 'no-profile')
  assert.equal(resultOf(await cloudos.json(...place, '--way-file', words()))['documents'], 1)
})

function resultOf(envelope: Fields): Fields {
  assert.ok(envelope['result'], JSON.stringify(envelope))
  return envelope['result'] as Fields
}

function mediaOf(envelope: Fields): readonly Fields[] {
  return resultOf(envelope)['media'] as readonly Fields[]
}

function errorOf(envelope: Fields): Fields {
  assert.ok(envelope['error'], JSON.stringify(envelope))
  return envelope['error'] as Fields
}
