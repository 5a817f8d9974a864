import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { wordsFromPhrase } from '@cloudos/crypto/phrase'
import { S3_KEY, startFakeS3 } from '@cloudos/storage-adapters/testing/fake-s3'
import { startFaultProxy } from '@cloudos/storage-adapters/testing/fault-proxy'
import { leaveCopy } from '../testing/left-copy.ts'
import { house } from '../testing/protected-house.ts'
import { commandLine } from '../testing/run-command.ts'

type Fields = Readonly<Record<string, unknown>>

const CANARY = 'the heron lands at dawn'

test('a drill touches nothing of the profile in use, and leaves nothing behind: not when it is whole, and not when the agent is killed within it', async (t) => {
  const cloudos = commandLine(t)
  const temporary = join(cloudos.folder, 'tmp')
  mkdirSync(temporary)
  await using bucket = await startFakeS3()
  await using proxy = await startFaultProxy(bucket.url, { keepsHost: true })
  const gone = await house(1, 25)
  const stick = await leaveCopy(gone, cloudos.folder, [CANARY])
  const [wordsFile, secretFile] = [join(cloudos.folder, 'words.txt'), join(cloudos.folder, 'key.txt')]
  writeFileSync(wordsFile, wordsFromPhrase(gone.phrase).join(' ') + '\n')
  writeFileSync(secretFile, S3_KEY.secret + '\n')
  const up = async () => {
    const { code, err } = await cloudos.runWith({ TMPDIR: temporary }, 'up')
    assert.equal(code, 0, err)
  }
  await up()
  resultOf(await cloudos.json('recover', '--kind', 'folder', '--where', stick, '--way-file', wordsFile))
  const where = `${proxy.url}bucket/cloudos/`
  resultOf(await cloudos.json('storage', 'add', 's3', where, '--account', S3_KEY.account, '--secret-file', secretFile))
  const drill = ['recover', '--drill', where, '--secret-file', secretFile, '--way-file', wordsFile]
  const sync = async () => {
    const { media } = resultOf(await cloudos.json('storage', 'list'))
    const { mediumId } = (media as readonly Fields[]).find((one) => one['kind'] === 's3') ?? assert.fail()
    resultOf(await cloudos.json('storage', 'sync', '--medium-id', String(mediumId)))
  }
  await sync()
  /** The sealed log of every document, byte by byte, and who is in. */
  const profile = async () => ({
    log: treeOf(join(cloudos.home, 'log')),
    shown: inOrder(resultOf(await cloudos.json('profile', 'show'))),
  })
  const names = () => [...treeOf(cloudos.home).keys(), ...readdirSync(temporary)].filter((name) => !OWN.test(name))
  const before = await profile()
  const named = names()
  assert.ok(before.log.size > 0)

  const first = proxy.asked.length
  const drilled = (resultOf(await cloudos.json(...drill))['media'] as readonly Fields[])[0]
  assert.deepEqual([drilled?.['outcome'], drilled?.['entry']], ['good', 'asked'])
  const steps = proxy.asked.length - first
  assert.ok(steps > 4)
  assert.deepEqual(await profile(), before)
  assert.deepEqual(names(), named)

  // At its first word to the medium, half way, and with the last piece on its way into the scratch profile.
  for (const step of [1, Math.ceil(steps / 2), steps]) {
    await sync()
    const pid = Number(readFileSync(join(cloudos.home, 'running'), 'utf8').split('\n')[0])
    let asked = 0
    proxy.fault = () => {
      if (++asked === step) process.kill(pid, 'SIGKILL')
      return undefined
    }
    const { code } = errorOf(await cloudos.json(...drill))
    proxy.fault = () => undefined
    assert.equal(code, 'disconnected')
    assert.deepEqual(treeOf(join(cloudos.home, 'log')), before.log)
    assert.deepEqual(names(), named, `killed at request ${String(step)}`)
    for (const path of treeOf(cloudos.folder).keys())
      assert.ok(!readFileSync(join(cloudos.folder, path)).includes(CANARY), path)
    // What is killed holds its home until the system has let go of it.
    while (existsSync(`/proc/${String(pid)}`)) await new Promise((resolve) => setImmediate(resolve))
    await up()
    assert.deepEqual(await profile(), before)
  }
  const again = (resultOf(await cloudos.json(...drill))['media'] as readonly Fields[])[0]
  assert.equal(again?.['stateHash'], drilled?.['stateHash'])
})

/** What a running agent has beside its home's files, also after it was killed: SQLite's own files, and what Node has compiled. */
const OWN = /(-wal|-shm|-journal)$|^(running|node-compile-cache)/

/** A start finds the documents in the order of its disk. */
function inOrder({ documents, ...shown }: Fields): Fields {
  return { ...shown, documents: (documents as readonly Fields[]).map((one) => JSON.stringify(one)).sort() }
}

/** Every file below, by its path and the hash of what is in it. */
function treeOf(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(
    files
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort()
      .map((path) => [path.slice(folder.length + 1), createHash('sha256').update(readFileSync(path)).digest('hex')]),
  )
}

function resultOf(envelope: Fields): Fields {
  assert.ok(envelope['result'], JSON.stringify(envelope))
  return envelope['result'] as Fields
}

function errorOf(envelope: Fields): Fields {
  assert.ok(envelope['error'], JSON.stringify(envelope))
  return envelope['error'] as Fields
}
