import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { firstLine } from './read-secret.ts'

const ASK_TWICE = `
  const { readSecret } = await import(${JSON.stringify(join(import.meta.dirname, 'read-secret.ts'))})
  const ask = () => readSecret('Secret: ', process.stdin, new AbortController().signal)
  process.stdout.write(await ask() + '|' + await ask())
`
const ASK = `
  const { readSecret } = await import(${JSON.stringify(join(import.meta.dirname, 'read-secret.ts'))})
  process.stdout.write(await readSecret('Secret: ', process.stdin, new AbortController().signal))
`

test('a secret that is piped in is its first line, and nothing is asked', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', ASK], { stdio: 'pipe' })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (out += piece))
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (err += piece))
  child.stdin.end('tr0ub4dor &3\nmore\n')
  await once(child, 'close')
  assert.deepEqual([out, err], ['tr0ub4dor &3', ''])
})

test('two secrets that are piped in are a line each, in the order they are asked for', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', ASK_TWICE], { stdio: 'pipe' })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (out += piece))
  child.stdin.end('first\nsecond\n')
  await once(child, 'close')
  assert.equal(out, 'first|second')
})

test('a line is taken as it is, without its end; an empty one is none', () => {
  assert.equal(firstLine('  a b \r\n'), '  a b ')
  assert.throws(() => firstLine('\nlater'), { code: 'no-secret' })
  assert.throws(() => firstLine(''), { code: 'no-secret' })
})
