import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { wordsFromPhrase } from '@cloudos/crypto/phrase'
import { S3_KEY, startFakeS3 } from '@cloudos/storage-adapters/testing/fake-s3'
import { leaveCopy } from '../testing/left-copy.ts'
import { house } from '../testing/protected-house.ts'
import { commandLine } from '../testing/run-command.ts'

type Fields = Readonly<Record<string, unknown>>

test('cloudos recover --drill asks anew for what signs in, by a pipe or a file; --stored goes on with the device’s own, and the list says which it was', async (t) => {
  const cloudos = commandLine(t)
  await using bucket = await startFakeS3()
  const gone = await house(1, 24)
  const stick = await leaveCopy(gone, cloudos.folder, ['the heron lands at dawn'])
  const words = wordsFromPhrase(gone.phrase).join(' ')
  const wordsFile = join(cloudos.folder, 'words.txt')
  const secretFile = join(cloudos.folder, 'key.txt')
  writeFileSync(wordsFile, words + '\n')
  writeFileSync(secretFile, S3_KEY.secret + '\n')
  await cloudos.run('up')
  resultOf(await cloudos.json('recover', '--kind', 'folder', '--where', stick, '--way-file', wordsFile))
  const where = `${bucket.url}bucket/cloudos/`
  resultOf(await cloudos.json('storage', 'add', 's3', where, '--account', S3_KEY.account, '--secret-file', secretFile))
  const drill = ['recover', '--drill'] as const

  const unasked = errorOf(await cloudos.json(...drill, where, '--way-file', wordsFile))
  assert.equal(unasked['code'], 'needs-credential')
  assert.match(String(unasked['message']), /Pipe it in, name its file with --secret-file, or .* --stored/)
  const [wrong] = mediaOf(await cloudos.jsonFrom(['not the key'], ...drill, where, '--way-file', wordsFile))
  assert.equal(wrong?.['outcome'], 'wrong-credential')
  assert.match(String(wrong['problem']), /beside part B of your kit; what this device keeps was not used/)

  const tests = async (): Promise<readonly unknown[]> => {
    const kept = mediaOf(await cloudos.json('storage', 'list')).find((one) => one['kind'] === 's3')
    assert.equal(kept?.['testProblem'], undefined)
    return ((kept?.['tests'] ?? []) as readonly Fields[]).map(({ entry }) => entry)
  }
  assert.deepEqual(await tests(), [])
  const lesser = await cloudos.run(...drill, where, '--stored', '--way-file', wordsFile)
  assert.match(lesser.out, /stored credential: a lesser drill/)
  assert.deepEqual(await tests(), ['stored'])
  const [asked] = mediaOf(await cloudos.json(...drill, where, '--secret-file', secretFile, '--way-file', wordsFile))
  assert.deepEqual([asked?.['outcome'], asked?.['entry']], ['good', 'asked'])
  assert.deepEqual(await tests(), ['asked', 'stored'])
  // All copies: the stick asks for nothing, the bucket for its key, and the words come last.
  const all = mediaOf(await cloudos.jsonFrom([S3_KEY.secret, words], ...drill))
  assert.deepEqual(all.map(({ outcome, entry }) => [outcome, entry]), [['good', 'not-needed'], ['good', 'asked']]) // prettier-ignore
  assert.equal(new Set(all.map(({ stateHash }) => stateHash)).size, 1)
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
