import assert from 'node:assert/strict'
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { wordsFromPhrase } from '@cloudos/crypto/phrase'
import { leaveCopy } from '../testing/left-copy.ts'
import { house } from '../testing/protected-house.ts'
import { commandLine } from '../testing/run-command.ts'
import type { CommandLine } from '../testing/run-command.ts'
import { missingForSecretService, startSecretService } from '../testing/secret-service.ts'

type Fields = Readonly<Record<string, unknown>>

interface Scene {
  readonly cloudos: CommandLine
  readonly stick: string
  readonly words: string
}

/** A machine without anybody in front of it, back in its profile by the words; the copy it came from lies on a stick. */
async function headless(t: TestContext, more: Readonly<Record<string, string>> = {}): Promise<Scene> {
  const cloudos = commandLine(t, undefined, more)
  const gone = await house(1, 31)
  const stick = await leaveCopy(gone, cloudos.folder, ['the heron lands at dawn'])
  const words = join(cloudos.folder, 'words.txt')
  writeFileSync(words, wordsFromPhrase(gone.phrase).join(' ') + '\n')
  await cloudos.run('up')
  resultOf(await cloudos.json('recover', '--kind', 'folder', '--where', stick, '--way-file', words))
  assert.equal((await cloudos.run('recover', 'trust')).code, 0)
  return { cloudos, stick, words }
}

/** Adds it, and waits until the copies have the new way in. */
async function add({ cloudos, words }: Scene, ...more: readonly string[]): Promise<Fields> {
  const added = await cloudos.json('ways', 'add', 'keychain', '--way', 'words', '--way-file', words, ...more)
  for (const { kind, mediumId } of mediaOf(await cloudos.json('storage', 'list')))
    if (kind === 'folder') resultOf(await cloudos.json('storage', 'sync', String(mediumId)))
  return added
}

const drill = ({ cloudos }: Scene) => cloudos.json('recover', '--drill', '--way', 'keychain')

test('a machine opens its profile by a key of its own, in a file where it has no keychain, and comes back by it without anybody', async (t) => {
  const scene = await headless(t)
  const { cloudos, stick } = scene
  const added = resultOf(await add(scene))
  assert.deepEqual([added['keptIn'], added['isWeaker']], ['file', true])
  assert.match(String(added['label']), /^Key file of /)
  const file = keyFileIn(cloudos.home)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const [drilled] = mediaOf(await drill(scene))
  assert.equal(drilled?.['outcome'], 'good')
  assert.deepEqual(resultOf(await cloudos.json('profile', 'show'))['ways'], ['phrase', 'device-keychain'])
  assert.equal(errorOf(await add(scene))['code'], 'has-keychain')

  const moved = join(cloudos.folder, 'moved.key')
  copyFileSync(file, moved)
  chmodSync(moved, 0o600)
  const another = commandLine(t)
  await another.run('up')
  const place = ['recover', '--kind', 'folder', '--where', stick, '--way', 'keychain']
  assert.equal(errorOf(await another.json(...place))['code'], 'other-keychain')
  assert.equal(resultOf(await another.json(...place, '--way-file', moved))['documents'], 2)
})

test('a key that is gone, another one, damaged or readable by others is each refused with what to do', async (t) => {
  const scene = await headless(t)
  resultOf(await add(scene, '--keep', 'file'))
  const file = keyFileIn(scene.cloudos.home)
  const key = readFileSync(file, 'utf8')
  const refusal = async (): Promise<unknown> => errorOf(await drill(scene))['code']
  writeFileSync(file, Buffer.alloc(32, 7).toString('base64url') + '\n')
  assert.equal(await refusal(), 'wrong-keychain')
  writeFileSync(file, 'no key of ours')
  assert.equal(await refusal(), 'keychain-damaged')
  writeFileSync(file, key)
  chmodSync(file, 0o644)
  const open = errorOf(await drill(scene))
  assert.equal(open['code'], 'key-open-to-others')
  assert.match(String(open['message']), /chmod 600/)
  rmSync(file)
  const gone = errorOf(await drill(scene))
  assert.equal(gone['code'], 'keychain-gone')
  assert.match(String(gone['message']), /cloudos ways add keychain/)
})

test('the key stands in no other file, copy, export, record or report, and in no list of processes', async (t) => {
  const tools = mkdtempIn(t)
  const scene = await headless(t, fakeKeychain(tools))
  const { cloudos, stick } = scene
  assert.deepEqual([resultOf(await add(scene))['keptIn']], ['system'])
  const inSystem = secretIn(tools)
  assert.equal(mediaOf(await drill(scene))[0]?.['outcome'], 'good')
  rmSync(join(tools, 'items.json'))
  assert.equal(errorOf(await drill(scene))['code'], 'keychain-gone')
  resultOf(await add(scene, '--keep', 'file'))
  const file = keyFileIn(cloudos.home)
  const inFile = readFileSync(file, 'utf8').trim()
  assert.equal(mediaOf(await drill(scene))[0]?.['outcome'], 'good')
  for (const args of [['profile', 'export', 'all.jsonl'], ['audit', 'export', 'audit.jsonl'], ['bugreport']])
    // prettier-ignore
    assert.equal((await cloudos.run(...args)).code, 0, args.join(' '))
  await cloudos.run('down')
  const calls = readFileSync(join(tools, 'calls.txt'), 'utf8')
  const files = [cloudos.folder, stick].flatMap(filesIn).filter((one) => one !== file)
  assert.ok(files.length > 10)
  for (const secret of [inSystem, inFile]) {
    const bytes = Buffer.from(secret, 'base64url')
    const spellings = [bytes, ...(['base64url', 'hex', 'base64'] as const).map((way) => bytes.toString(way))]
    for (const one of files) {
      const content = readFileSync(one)
      for (const spelling of spellings) assert.ok(!content.includes(spelling), one)
    }
    assert.ok(!calls.includes(secret))
  }
})

test('a keychain that is locked says so and how to go on, and is not passed over where it was wished for', async (t) => {
  const tools = mkdtempIn(t)
  const scene = await headless(t, fakeKeychain(tools))
  writeFileSync(join(tools, 'locked'), '')
  const refused = errorOf(await add(scene, '--keep', 'system'))
  assert.equal(refused['code'], 'keychain-unreachable')
  assert.match(String(refused['message']), /locked collection/)
  rmSync(join(tools, 'locked'))
  resultOf(await add(scene, '--keep', 'system'))
  writeFileSync(join(tools, 'locked'), '')
  assert.equal(errorOf(await drill(scene))['code'], 'keychain-unreachable')
})

const missing = missingForSecretService()
test(
  'Debian’s own keyring keeps the key, and a home that was wiped comes back by it',
  { skip: missing === undefined ? false : `${missing} is not on this machine` },
  async (t) => {
    const folder = mkdtempIn(t)
    const scene = await headless(t, await startSecretService(t, folder))
    const { cloudos, stick } = scene
    assert.deepEqual([resultOf(await add(scene, '--keep', 'system'))['keptIn']], ['system'])
    assert.equal(mediaOf(await drill(scene))[0]?.['outcome'], 'good')
    await cloudos.run('down')
    rmSync(cloudos.home, { recursive: true })
    await cloudos.run('up')
    const place = ['recover', '--kind', 'folder', '--where', stick, '--way', 'keychain']
    assert.equal(resultOf(await cloudos.json(...place))['documents'], 2)
  },
)

function mkdtempIn(t: TestContext): string {
  return commandLine(t).folder
}

/** The environment in which `secret-tool` is ours: another process, with the real one's command line. */
function fakeKeychain(folder: string): Readonly<Record<string, string>> {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  copyFileSync(join(import.meta.dirname, '..', 'testing', 'fake-secret-tool.mjs'), join(bin, 'secret-tool'))
  chmodSync(join(bin, 'secret-tool'), 0o755)
  return { PATH: [bin, dirname(process.execPath), process.env['PATH'] ?? ''].join(':'), FAKE_KEYCHAIN: folder }
}

function secretIn(folder: string): string {
  const items = JSON.parse(readFileSync(join(folder, 'items.json'), 'utf8')) as Readonly<Record<string, string>>
  return Object.values(items)[0] ?? assert.fail('nothing was kept')
}

function keyFileIn(home: string): string {
  const folder = join(home, 'keys')
  const name = readdirSync(folder).find((one) => one.endsWith('.key') && one.startsWith('way-'))
  return join(folder, name ?? assert.fail('no key file'))
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
}

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
