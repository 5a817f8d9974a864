import assert from 'node:assert/strict'
import { cpSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { wordsFromPhrase } from '@cloudos/crypto/phrase'
import { leaveCopy } from '../testing/left-copy.ts'
import { house } from '../testing/protected-house.ts'
import { commandLine } from '../testing/run-command.ts'
import type { CommandLine } from '../testing/run-command.ts'

type Fields = Readonly<Record<string, unknown>>

interface Scene {
  readonly cloudos: CommandLine
  readonly words: string
  /** A folder with the same copy, that nobody has read yet. */
  readonly other: string
}

/** A machine that came back from the one copy it knows of. */
async function recovered(t: TestContext): Promise<Scene> {
  const cloudos = commandLine(t)
  const gone = await house(1, 51)
  const stick = await leaveCopy(gone, cloudos.folder, ['the heron lands at dawn'])
  const other = join(cloudos.folder, 'other')
  cpSync(stick, other, { recursive: true })
  const words = join(cloudos.folder, 'words.txt')
  writeFileSync(words, wordsFromPhrase(gone.phrase).join(' ') + '\n')
  await cloudos.run('up')
  resultOf(await cloudos.json('recover', '--kind', 'folder', '--where', stick, '--way-file', words))
  assert.equal(resultOf(await cloudos.json('status'))['unproven'], true)
  return { cloudos, words, other }
}

test('after coming back from one copy nobody is let in or out and no token given until the owner says once that it is all there is', async (t) => {
  const { cloudos, words } = await recovered(t)
  const status = resultOf(await cloudos.json('status'))
  const media = resultOf(await cloudos.json('storage', 'list'))['media'] as readonly Fields[]
  const copy = String(media.find(({ kind }) => kind === 'folder')?.['mediumId'])
  const token = ['token', 'issue', String(status['deviceId']), '10m', 'agent:* read']
  const keychain = ['ways', 'add', 'keychain', '--keep', 'file', '--way-file', words]
  for (const held of [token, keychain, ['storage', 'remove', copy]]) {
    const { code, out, err } = await cloudos.run(...held)
    assert.deepEqual([code, out], [3, ''], held.join(' '))
    assert.match(err, /other devices.*another place.*cloudos recover trust/s)
  }
  assert.deepEqual(readdirSync(join(cloudos.home, 'keys')).filter((name) => name.endsWith('.key')), ['device.key']) // prettier-ignore
  // What it takes to go on is never held back, nor is work.
  const note = ['document', 'edit', '--document', 'notes', '--at', '0', '--remove', '0', '--insert', 'Buy milk']
  assert.equal((await cloudos.run(...note)).code, 0)

  assert.equal((await cloudos.run('recover', 'trust')).code, 0)
  assert.equal(resultOf(await cloudos.json('status'))['unproven'], undefined)
  resultOf(await cloudos.json(...token))
  resultOf(await cloudos.json(...keychain))
  const record = await cloudos.run('audit', '--json')
  for (const part of ['freshness-unproven', 'recover.trust']) assert.ok(record.out.includes(part), part)
  await cloudos.run('down')
  await cloudos.run('up')
  assert.equal(resultOf(await cloudos.json('status'))['unproven'], undefined)
})

test('another place that had a copy settles it, and a restart alone does not', async (t) => {
  const { cloudos, other } = await recovered(t)
  await cloudos.run('down')
  await cloudos.run('up')
  assert.equal(resultOf(await cloudos.json('status'))['unproven'], true)
  resultOf(await cloudos.json('storage', 'add', 'folder', other))
  assert.equal(resultOf(await cloudos.json('status'))['unproven'], undefined)
})

function resultOf(envelope: Fields): Fields {
  assert.ok(envelope['result'], JSON.stringify(envelope))
  return envelope['result'] as Fields
}
