import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { agent, buildStale } from '../../scripts/build.ts'
import { findProgram } from '@cloudos/agent/capability/programs'
import { nodeClock } from '@cloudos/agent/node-ports'
import { folderFor } from '@cloudos/agent/testing/run-agent'
import { isHeld, probe, PROBE_SOURCE } from '@cloudos/agent/jobs/jail-probe'
import { planProven } from '@cloudos/agent/jobs/jail'
import { admitModule } from '@cloudos/agent/jobs/admit-module'
import { buildSample } from '@cloudos/agent/jobs/sample/sample'
import { WasmExecutor } from '@cloudos/agent/jobs/wasm-executor'
import type { HostPlan } from '@cloudos/agent/jobs/wasm-executor'

const { PATH = '' } = process.env
const here = { platform: process.platform, root: '/', searchPath: PATH, homeFolder: '/' }
const bubblewrap = await findProgram(here, 'bwrap')
const isAbsent = bubblewrap === undefined ? 'bubblewrap is not installed' : false

async function planIn(t: TestContext, program: string | undefined): Promise<HostPlan> {
  await buildStale([agent])
  const folder = join(folderFor(t), 'empty')
  mkdirSync(folder, { mode: 0o755 })
  const hostFile = join(import.meta.dirname, '../../agent/dist/job-host.mjs')
  const node = process.execPath
  const kept = new Map<string, string>()
  const proofs = { find: (name: string) => kept.get(name), set: (name: string, value: string) => kept.set(name, value) }
  const where = { node, hostFile, folder, userId: process.getuid?.(), bubblewrap: program }
  const plan = await planProven({ ...where, ownFiles: [], proofs, version: 'test' })
  assert.equal(kept.size, plan.isolation.name.includes('bubblewrap') ? 1 : 0)
  return plan
}

async function runSample(t: TestContext, plan: HostPlan) {
  const executor = new WasmExecutor(() => Promise.resolve(plan), nodeClock)
  t.after(() => executor[Symbol.asyncDispose]())
  const berth = await executor.takeBerth()
  const bounds = { fuel: 0, cpuMs: 10_000, wallMs: 10_000, memoryMiB: 16, outputBytes: 1_024, files: 1, diskMiB: 1 }
  const limits = { ...bounds, processes: 1, network: [] }
  const module = admitModule(buildSample(), 16)
  const task = { module, args: ['20'], inputs: [], limits, seed: new Uint8Array(16) }
  return berth.run(task, () => undefined, new AbortController().signal)
}

test('what holds programs is a jail only where it has been tried and held, and the sample runs in it', async (t) => {
  if (isAbsent !== false) {
    t.skip(isAbsent)
    return
  }
  const plan = await planIn(t, bubblewrap)
  assert.match(plan.isolation.name, /bubblewrap/)
  assert.match(plan.sandbox, /no network, files or other processes/)
  assert.deepEqual((await runSample(t, plan)).end, { reason: 'ok', exitCode: 0 })
})

test('where there is no bubblewrap, or what bears its name holds nothing, programs run in a process of their own, by that name', async (t) => {
  const pretender = join(folderFor(t), 'bwrap')
  copyFileSync('/bin/true', pretender)
  for (const program of [undefined, pretender]) {
    const plan = await planIn(t, program)
    assert.match(plan.isolation.name, /no jail around it/)
    assert.equal(plan.sandbox, 'WebAssembly engine in a process of its own')
    assert.deepEqual((await runSample(t, plan)).end, { reason: 'ok', exitCode: 0 })
  }
})

test('the attempts find every way out where nothing holds them', { skip: process.platform !== 'linux' }, async (t) => {
  const bare = { program: process.execPath, args: ['-e', PROBE_SOURCE], folder: folderFor(t) }
  const escape = await probe(bare, [process.execPath])
  assert.ok(escape)
  assert.equal(isHeld(escape), false)
  assert.ok(escape.read.includes('/etc/passwd') && escape.read.includes(process.execPath))
  assert.ok(escape.written.includes('/tmp') && escape.started.includes('/bin/sh'))
  assert.ok(escape.processes > 2 && escape.connected)
})
