import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { wordsFromPhrase } from '@cloudos/crypto/phrase'
import { leaveCopy } from '../testing/left-copy.ts'
import { house } from '../testing/protected-house.ts'
import { commandLine } from '../testing/run-command.ts'

type Fields = Readonly<Record<string, unknown>>

const CANARY = 'the heron lands at dawn'

test('with the first device and its copy gone, the second alone brings all back to a third: by its code and the words', async (t) => {
  const [attic, newcomer] = [commandLine(t), commandLine(t)]
  const gone = await house(1, 23)
  const stick = await leaveCopy(gone, attic.folder, [CANARY])
  const words = join(attic.folder, 'words.txt')
  writeFileSync(words, wordsFromPhrase(gone.phrase).join(' ') + '\n')
  await attic.run('up')
  resultOf(await attic.json('recover', '--kind', 'folder', '--where', stick, '--way-file', words))
  assert.equal((await attic.run('recover', 'trust')).code, 0)
  for (const { mediumId, kind } of mediaOf(await attic.json('storage', 'list')))
    if (kind === 'folder') resultOf(await attic.json('storage', 'remove', '--medium-id', String(mediumId), '--anyway'))
  rmSync(stick, { recursive: true })

  await newcomer.run('up')
  const { code, where } = resultOf(await attic.json('device', 'code'))
  const secret = join(newcomer.folder, 'code.txt')
  const recover = (words: string) =>
    newcomer.json(
      ...['recover', '--kind', 'peer', '--where', String(where), '--secret-file', secret, '--way-file', words],
    )
  writeFileSync(secret, 'aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaa\n')
  assert.equal(codeOf(await recover(words)), 'bad-code')
  writeFileSync(secret, `${String(code)}\n`)
  const wrong = join(newcomer.folder, 'wrong.txt')
  writeFileSync(wrong, wordsFromPhrase(new Uint8Array(32).fill(7)).join(' ') + '\n')
  // The code without a way in: nothing comes over.
  assert.equal(codeOf(await recover(wrong)), 'wrong-words')
  assert.equal(codeOf(await newcomer.json('profile', 'show')), 'no-profile')

  const recovered = resultOf(await recover(words))
  // The note, and the name that the second device has given itself.
  assert.deepEqual([recovered['documents'], recovered['edits'], recovered['devices']], [2, 2, 3])
  assert.deepEqual([recovered['unread'], recovered['problem']], [0, undefined])
  const out = join(newcomer.folder, 'everything.jsonl')
  resultOf(await newcomer.json('profile', 'export', out))
  assert.ok(readFileSync(out, 'utf8').includes(CANARY))
  while (clocksOf(await newcomer.json('device', 'clocks')).length === 0);
  const atticId = resultOf(await attic.json('status'))['deviceId']
  const other = mediaOf(await newcomer.json('storage', 'list')).find(({ mediumId }) => mediumId === atticId)
  assert.ok(other)
  assert.deepEqual([other['state'], other['problem']], ['kept', undefined])
  assert.ok(Number(other['gen']) >= 2)
  const doctor = (await newcomer.run('doctor')).out
  assert.match(doctor, /ok +clock +The clock of \S+ goes with the one here/)
  const profileOf = async (machine: typeof attic) => resultOf(await machine.json('profile', 'show'))['profileId']
  assert.equal(await profileOf(newcomer), await profileOf(attic))
})

function resultOf(envelope: Fields): Fields {
  assert.ok(envelope['result'], JSON.stringify(envelope))
  return envelope['result'] as Fields
}

function mediaOf(envelope: Fields): readonly Fields[] {
  return resultOf(envelope)['media'] as readonly Fields[]
}

function clocksOf(envelope: Fields): readonly Fields[] {
  return resultOf(envelope)['clocks'] as readonly Fields[]
}

function codeOf(envelope: Fields): unknown {
  assert.ok(envelope['error'], JSON.stringify(envelope))
  return (envelope['error'] as Fields)['code']
}
