import assert from 'node:assert/strict'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { wordsFromPhrase } from '@cloudos/crypto/phrase'
import { slotCases } from '@cloudos/crypto/testing/slot-cases'
import { S3_KEY, startFakeS3 } from '@cloudos/storage-adapters/testing/fake-s3'
import { leaveCopy } from '../testing/left-copy.ts'
import { house } from '../testing/protected-house.ts'
import { commandLine } from '../testing/run-command.ts'
import { dropHeads, putInPlace, rotPacks, writeNewerHead } from '../testing/spoilt-copy.ts'

type Fields = Readonly<Record<string, unknown>>

test('cloudos recover --drill tells apart a wrong word and passphrase, another profile’s copy, one out of reach, a damaged object, a newer version, a stale copy and nothing', async (t) => {
  const cloudos = commandLine(t)
  const file = (name: string, text: string) => {
    writeFileSync(join(cloudos.folder, name), text + '\n')
    return join(cloudos.folder, name)
  }
  const gone = await house(1, 27, slotCases(5).filter(({ way }) => way.kind === 'passphrase')) // prettier-ignore
  const stick = await leaveCopy(gone, cloudos.folder, ['the heron lands at dawn'])
  const foreign = await leaveCopy(await house(1, 28), join(cloudos.folder, 'others'), ['another'])
  const all = wordsFromPhrase(gone.phrase)
  const words = file('words.txt', all.join(' '))
  await cloudos.run('up')
  resultOf(await cloudos.json('recover', '--kind', 'folder', '--where', stick, '--way-file', words))
  const drill = (where: string, ...more: readonly string[]) => cloudos.json('recover', '--drill', where, ...more)

  // Out of reach: it is asked a few times before it is given up, while the others are tried.
  const bucket = await startFakeS3()
  const where = `${bucket.url}bucket/cloudos/`
  const key = file('key.txt', S3_KEY.secret)
  resultOf(await cloudos.json('storage', 'add', 's3', where, '--account', S3_KEY.account, '--secret-file', key))
  await bucket[Symbol.asyncDispose]()
  const unreached = drill(where, '--stored', '--way-file', words)

  const wrong = file('wrong.txt', all.with(8, all[8] === 'zoo' ? 'zone' : 'zoo').join(' '))
  assert.match(messageOf(await drill(stick, '--way-file', wrong), 'wrong-word'), /Word 9 /)
  const passphrase = file('passphrase.txt', 'none of this profile')
  assert.match(messageOf(await drill(stick, '--way', 'passphrase', '--way-file', passphrase), 'wrong-passphrase'), /Capitals and spaces count/) // prettier-ignore

  const signer = (gone.identities[0] ?? assert.fail()).signer
  const spoils: readonly (readonly [code: string, says: RegExp, spoil: (stick: string) => Promise<void> | void])[] = [
    ['foreign-profile', /Another profile lies there/, (at) => putInPlace(at, foreign)], // prettier-ignore
    ['medium-gone', /needs no password: the disk itself is the key/, (at) => rmSync(at, { recursive: true })],
    ['copy-damaged', /first [0-9a-f]{64}/, rotPacks],
    ['copy-newer', /newer CloudOS/, (at) => writeNewerHead(at, signer)],
    ['nothing-there', /No copy of a profile/, dropHeads],
  ]
  for (const [code, says, spoil] of spoils) {
    const copy = join(cloudos.folder, code)
    mkdirSync(copy)
    resultOf(await cloudos.json('storage', 'add', 'folder', copy))
    await spoil(copy)
    assert.match(problemOf(await drill(copy, '--way-file', words), code), says)
  }

  const backup = join(cloudos.folder, 'backup')
  cpSync(stick, backup, { recursive: true })
  const { deviceId } = resultOf(await cloudos.json('status'))
  resultOf(await cloudos.json('device', 'rename', String(deviceId), 'cellar box'))
  const kept = mediaOf(await cloudos.json('storage', 'list')).find((one) => one['where'] === stick) ?? assert.fail()
  resultOf(await cloudos.json('storage', 'sync', '--medium-id', String(kept['mediumId'])))
  putInPlace(stick, backup)
  assert.match(problemOf(await drill(stick, '--way-file', words), 'copy-stale'), /older copy than this device has seen/)

  assert.match(problemOf(await unreached, 'medium-unreachable'), /lies sealed on this device/)
})

function resultOf(envelope: Fields): Fields {
  assert.ok(envelope['result'], JSON.stringify(envelope))
  return envelope['result'] as Fields
}

function mediaOf(envelope: Fields): readonly Fields[] {
  return resultOf(envelope)['media'] as readonly Fields[]
}

function problemOf(envelope: Fields, code: string): string {
  const [one] = mediaOf(envelope)
  assert.equal(one?.['outcome'], code, JSON.stringify(envelope))
  return String(one['problem'])
}

function messageOf(envelope: Fields, code: string): string {
  const error = envelope['error'] as Fields | undefined
  assert.equal(error?.['code'], code, JSON.stringify(envelope))
  return String(error['message'])
}
