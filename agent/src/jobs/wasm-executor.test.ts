import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { utf8 } from '@cloudos/protocol/bytes'
import type { JobLimits } from '@cloudos/protocol/job-spec'
import { nodeClock } from '../node-ports.ts'
import { folderFor } from '../testing/run-agent.ts'
import type { Task, TaskResult } from './executor.ts'
import { planHost } from './host-plan.ts'
import { IMPORT_NAMES } from './host/imports.ts'
import { buildSample } from './sample/sample.ts'
import { HOSTILE } from './testing/hostile.ts'
import { fitModule } from './wasm/fit-module.ts'
import { WasmExecutor } from './wasm-executor.ts'

const LIMITS: JobLimits = {
  fuel: 0,
  cpuMs: 10_000,
  wallMs: 10_000,
  memoryMiB: 16,
  outputBytes: 64 * 1024,
  files: 4,
  diskMiB: 1,
  processes: 1,
  network: [],
}

function startExecutor(t: TestContext): WasmExecutor {
  const folder = join(folderFor(t), 'empty')
  mkdirSync(folder, { mode: 0o755 })
  const hostFile = join(import.meta.dirname, 'host', 'main.ts')
  const plan = planHost({ node: process.execPath, hostFile, folder, userId: process.getuid?.() })
  const executor = new WasmExecutor(() => Promise.resolve(plan), nodeClock)
  t.after(() => executor[Symbol.asyncDispose]())
  return executor
}

interface Ran extends TaskResult {
  readonly out: string
  readonly err: string
}

async function run(t: TestContext, module: Uint8Array, more: Partial<Task> = {}, signal?: AbortSignal): Promise<Ran> {
  const executor = startExecutor(t)
  const fitted = fitModule(module, { memoryMiB: 16, maxBytes: 8 * 1024 * 1024, imports: new Set(IMPORT_NAMES) })
  assert.ok(fitted.ok, fitted.ok ? '' : fitted.error)
  const berth = await executor.takeBerth()
  const said = { out: '', err: '' }
  const task = { module: fitted.value, args: [], inputs: [], limits: LIMITS, seed: new Uint8Array(16), ...more }
  const never = new AbortController().signal
  const result = await berth.run(
    task,
    (stream, bytes) => {
      said[stream] += new TextDecoder().decode(bytes)
    },
    signal ?? never,
  )
  return { ...result, ...said }
}

test('the sample prints the primes up to its argument, their number and their sum', async (t) => {
  const { out, end } = await run(t, buildSample(), { args: ['30'] })
  assert.equal(out, 'The primes up to 30:\n2 3 5 7 11 13 17 19 23 29\n10 primes; their sum is 129.\n')
  assert.deepEqual(end, { reason: 'ok', exitCode: 0 })
})

test('the sample takes a hundred for no number, and a hundred thousand for the most', async (t) => {
  const { out } = await run(t, buildSample(), { args: ['many'] })
  assert.match(out, /^The primes up to 100:.*\n25 primes; their sum is 1060\.\n$/s)
  const large = await run(t, buildSample(), { args: ['999999'], limits: { ...LIMITS, outputBytes: 1024 * 1024 } })
  assert.match(large.out, /99991\n9592 primes; their sum is 454396537\.\n$/)
})

for (const { name, module, reason, says, limits } of HOSTILE) {
  test(`a program that ${name} ends as ${reason}, and its process is gone`, async (t) => {
    const result = await run(t, module, { limits: { ...LIMITS, ...limits } })
    assert.equal(result.end.reason, reason)
    if (says !== undefined) assert.match(result.end.says ?? '', says)
    assert.ok(result.out.length <= LIMITS.outputBytes)
    assert.ok(result.files.length <= LIMITS.files)
  })
}

test('a program that is cancelled in an endless loop ends as cancelled', async (t) => {
  const cancelled = new AbortController()
  const loop = HOSTILE.find(({ name }) => name === 'never ends')
  assert.ok(loop)
  const running = run(t, loop.module, {}, cancelled.signal)
  setImmediate(() => {
    cancelled.abort()
  })
  assert.equal((await running).end.reason, 'cancelled')
})

test('the same seed gives the same random bytes and the same clock, and inputs are what was given', async (t) => {
  const { echo } = await import('./testing/hostile.ts')
  const inputs = [{ name: 'stdin', bytes: utf8('what came in') }]
  const one = await run(t, echo, { inputs })
  const two = await run(t, echo, { inputs })
  assert.equal(one.out.slice(0, 12), 'what came in')
  assert.equal(one.out, two.out)
  const other = await run(t, echo, { inputs, seed: new Uint8Array(16).fill(1) })
  assert.notEqual(other.out, one.out)
})

test(
  'a host whose agent is gone ends, whatever its program does',
  { skip: process.platform !== 'linux' },
  async (t) => {
    const { startOrphan } = await import('./testing/orphan.ts')
    const { hostPid, isRunning } = await startOrphan(t)
    assert.equal(await isRunning(), false, `process ${String(hostPid)} is left`)
    assert.throws(() => readFileSync(`/proc/${String(hostPid)}/stat`))
  },
)
