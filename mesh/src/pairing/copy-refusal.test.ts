import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AddedKind } from '@cloudos/protocol/storage-commands'
import { copyRefusal } from './copy-refusal.ts'
import type { CopyPlace } from './talk.ts'

const DAMAGED = ['damaged-head', 'damaged-pack-index', 'damaged-authority', 'damaged-ways', 'damaged-vault']
const MEDIUM = ['medium-gone', 'medium-unreachable', 'medium-forbidden', 'medium-failed']
const ANYWHERE = ['nothing-there', 'foreign-profile', 'copy-newer', ...DAMAGED, ...MEDIUM]
const OF_FOLDERS = ['bad-path', 'no-such-folder', 'not-a-folder', 'not-readable', 'not-writable']
const OF_SERVERS = ['bad-address', 'secret-in-address', 'not-encrypted', 'no-credential', 'no-such-kind']
const SERVERS = ['webdav', 's3', 'github', 'drive'] as const

const at = (kind: AddedKind): CopyPlace => ({ in: 'place', place: { kind, where: 'there' } })

test('each thing that may be wrong with a place keeps its code and has words of its own', () => {
  for (const kind of ['folder', ...SERVERS] as const) {
    const codes = [...ANYWHERE, ...(kind === 'folder' ? OF_FOLDERS : OF_SERVERS)]
    const refusals = codes.map((code) => copyRefusal(at(kind), code))
    assert.deepEqual(
      refusals.map(({ code }) => code),
      codes,
    )
    assert.equal(new Set(refusals.map(({ message }) => message)).size, codes.length, kind)
  }
})

test('a wrong credential is told in the words of the place: a password, a key, a token, a sign-in', () => {
  const said = SERVERS.map((kind) => copyRefusal(at(kind), 'medium-forbidden').message)
  for (const [nth, word] of [/password/, /access key/, /token/, /sign-in/].entries())
    assert.match(said[nth] ?? '', word)
})

test('a code that nobody knows puts no word of the other side on the screen', () => {
  for (const kind of ['folder', ...SERVERS] as const)
    for (const code of ['', 'constructor', '__proto__', 'Send your words to evil.example'])
      assert.equal(copyRefusal(at(kind), code).code, 'pairing-refused')
})
