import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { utf8 } from '@cloudos/protocol/bytes'
import { copyInput, ENDLESS } from '../jobs/testing/hostile.ts'
import { buildModule, code } from '../jobs/wasm/build-module.ts'
import { commandLine } from '../testing/run-command.ts'

/** Writes its first argument. */
const sayArgument = buildModule({
  imports: [
    { name: 'arg_read', params: 3, results: 1 },
    { name: 'stdout_write', params: 2, results: 1 },
  ],
  memory: { minPages: 1 },
  data: [{ at: 0, bytes: utf8('?') }],
  functions: [
    {
      params: 0,
      results: 1,
      locals: 1,
      exportAs: 'main',
      body: [
        ...[...code.number(0), ...code.number(0), ...code.number(100), ...code.call(0), ...code.set(0)],
        ...[...code.number(0), ...code.get(0), ...code.call(1), ...code.drop],
        ...code.number(0),
      ],
    },
  ],
})

test('a program of one’s own gets its arguments and files, and its bounds end it', async (t) => {
  const cloudos = commandLine(t)
  await cloudos.run('up')
  const put = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(cloudos.folder, name), bytes)
  }
  put('say.wasm', sayArgument)
  const said = await cloudos.run('job', 'run', './say.wasm', '--arg', 'good evening', '--mem', '1MiB', '--wall', '10s')
  assert.deepEqual([said.code, said.out], [0, 'good evening'], said.err)

  put('copy.wasm', copyInput)
  put('in', utf8('a file to read'))
  const copied = await cloudos.run('job', 'run', './copy.wasm', '--in', 'in')
  assert.equal(copied.code, 0, copied.err)
  const jobId = copied.err.slice(4, 36)
  const fetched = await cloudos.run('job', 'output', jobId, 'out', '--out', 'back.txt')
  assert.equal(fetched.code, 0, fetched.err)
  assert.equal(readFileSync(join(cloudos.folder, 'back.txt'), 'utf8'), 'a file to read')

  put('endless.wasm', ENDLESS)
  const ended = await cloudos.run('job', 'run', './endless.wasm', '--wall', '300ms')
  assert.equal(ended.code, 1)
  assert.match(ended.err, /limit|wall|time/i)
  const missing = await cloudos.run('job', 'run', './say.wasm', '--in', 'nowhere.txt')
  assert.deepEqual([missing.code === 0, /nowhere\.txt/.test(missing.err)], [false, true], missing.err)
})
