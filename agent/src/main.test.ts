import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { LIMITS } from '@cloudos/protocol/limits'
import { folderFor, runAgent } from './testing/run-agent.ts'

const READY = /^ready in \d+ ms {2}http:\/\/localhost:(\d+)$/m

async function portOf(agent: ReturnType<typeof runAgent>): Promise<number> {
  return Number(READY.exec(await agent.saying(READY))?.[1])
}

/** Starts once and ends cleanly, so that the home is a used one. */
async function usedHome(t: TestContext): Promise<{ home: string; port: number }> {
  const home = join(folderFor(t), 'home')
  const agent = runAgent(t, home)
  const port = await portOf(agent)
  assert.deepEqual(await agent.kill('SIGTERM'), { code: 0, signal: null })
  return { home, port }
}

async function refusal(agent: ReturnType<typeof runAgent>, code: number): Promise<string> {
  const ended = await agent.ended
  assert.deepEqual(ended, { code, signal: null }, agent.said())
  assert.doesNotMatch(agent.said(), /^\s+at |Error:/m, 'a stack trace is no sentence')
  return agent.said()
}

test('it says where its page is, serves it, and keeps its port and its keys from start to start', async (t) => {
  const { home, port } = await usedHome(t)
  const key = readFileSync(join(home, 'keys', 'device.key'))
  const agent = runAgent(t, home)
  assert.equal(await portOf(agent), port)
  const answer = await fetch(`http://localhost:${String(port)}/absent`)
  assert.equal(answer.status, 404)
  assert.deepEqual(readFileSync(join(home, 'keys', 'device.key')), key)
  await agent.saying(READY)
  assert.equal(statSync(join(home, 'reserve')).size, LIMITS.reservedDiskBytes)
})

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`${signal} ends it cleanly and leaves nothing open`, async (t) => {
    const home = join(folderFor(t), 'home')
    const agent = runAgent(t, home)
    await portOf(agent)
    assert.deepEqual(await agent.kill(signal), { code: 0, signal: null })
    assert.equal(existsSync(join(home, 'running')), false)
    assert.deepEqual(
      readdirSync(home).filter((name) => name.endsWith('-wal')),
      [],
    )
  })
}

test('killed in the middle, it starts again with everything it had', async (t) => {
  const home = join(folderFor(t), 'home')
  const first = runAgent(t, home)
  const port = await portOf(first)
  await first.kill('SIGKILL')
  const again = runAgent(t, home)
  assert.equal(await portOf(again), port)
  assert.doesNotMatch(again.said(), /damaged/)
})

test('it ends when the process that started it is gone', async (t) => {
  const folder = folderFor(t)
  const script = `import { spawn } from 'node:child_process'
    const agent = spawn(process.execPath, [process.argv[1]], { stdio: ['ignore', 'inherit', 'inherit'] })
    agent.once('exit', () => process.exit()); setInterval(() => {}, 1000)`
  const env = {
    PATH: process.env['PATH'] ?? '',
    CLOUDOS_HOME: join(folder, 'home'),
    CLOUDOS_NO_OPEN: '1',
    XDG_RUNTIME_DIR: folder,
  }
  const main = join(import.meta.dirname, 'main.ts')
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script, main], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => parent.kill('SIGKILL'))
  let said = ''
  const closed = new Promise<void>((resolve) => {
    parent.stdout.once('close', resolve)
  })
  await new Promise<void>((resolve) => {
    parent.stdout.setEncoding('utf8').on('data', (piece: string) => {
      said += piece
      if (READY.test(said)) resolve()
    })
  })
  parent.kill('SIGKILL')
  await closed // the agent held the other end of this pipe
  assert.equal(existsSync(join(folder, 'home', 'running')), false, 'it did not end cleanly')
})

test('a second agent in the same home is sent to the first', async (t) => {
  const home = join(folderFor(t), 'home')
  const first = runAgent(t, home)
  const port = await portOf(first)
  const said = await refusal(runAgent(t, home), 1)
  assert.ok(said.includes(String(first.pid)) && said.includes(`http://localhost:${String(port)}`), said)
})

test('a port that somebody else has taken since is not left for another: the holder is named', async (t) => {
  const { home, port } = await usedHome(t)
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
  t.after(() => other.close())
  const said = await refusal(runAgent(t, home), 1)
  assert.ok(said.includes(String(port)) && /Nothing was changed/.test(said), said)
  if (process.platform === 'linux') assert.ok(said.includes(String(process.pid)), said)
})

test('a port that is asked for is used', async (t) => {
  const { home, port } = await usedHome(t)
  assert.equal(await portOf(runAgent(t, home, { CLOUDOS_PORT: String(port + 1000) })), port + 1000)
})

test('a wrong port, an unknown argument and a wrong link start nothing', async (t) => {
  const home = join(folderFor(t), 'home')
  assert.match(await refusal(runAgent(t, home, { CLOUDOS_PORT: 'x' }), 2), /CLOUDOS_PORT is "x"/)
  assert.match(await refusal(runAgent(t, home, {}, ['--prot']), 2), /--prot/)
  assert.match(await refusal(runAgent(t, home, {}, ['--pair', 'nonsense']), 2), /not a link of CloudOS/)
  assert.equal(existsSync(home), false)
})

test('a home that cannot be written is refused by its name', async (t) => {
  const folder = folderFor(t)
  writeFileSync(join(folder, 'home'), 'a file')
  const said = await refusal(runAgent(t, join(folder, 'home')), 1)
  assert.ok(
    said.includes(join(folder, 'home')) && said.includes('CLOUDOS_HOME=') && /Nothing was changed/.test(said),
    said,
  )
})

test('a torn journal is set aside under a name it says, and the agent goes on', async (t) => {
  const { home } = await usedHome(t)
  const bytes = readFileSync(join(home, 'journal.db')).fill(0xa5, 4096)
  writeFileSync(join(home, 'journal.db'), bytes)
  const said = await runAgent(t, home).saying(READY)
  const keptAs = /kept as (\S+);/.exec(said)?.[1]
  assert.ok(keptAs !== undefined, said)
  assert.deepEqual(readFileSync(keptAs), bytes)
})

test('a journal of a newer CloudOS is left alone', async (t) => {
  const { home } = await usedHome(t)
  const db = new DatabaseSync(join(home, 'journal.db'))
  db.exec('PRAGMA user_version = 999')
  db.close()
  assert.match(await refusal(runAgent(t, home), 1), /newer CloudOS.*Nothing was changed/)
})

test('damaged or foreign device keys are refused and not replaced', async (t) => {
  const { home } = await usedHome(t)
  const file = join(home, 'keys', 'device.key')
  const key = readFileSync(file)
  writeFileSync(file, key.subarray(1))
  assert.match(await refusal(runAgent(t, home), 1), /damaged.*Nothing was changed/)
  rmSync(file)
  assert.match(await refusal(runAgent(t, home), 1), /keys in this home/)
})

test('a clock that has gone back since the last run is said aloud, and the agent starts', async (t) => {
  const { home } = await usedHome(t)
  const db = new DatabaseSync(join(home, 'journal.db'))
  db.prepare(`UPDATE settings SET value = ? WHERE name = 'last-run-ms'`).run(String(Date.now() + 3 * 24 * 60 * 60_000))
  db.close()
  assert.match(await runAgent(t, home).saying(READY), /The clock says .*Nothing is lost/)
})

test('a copy of a home starts beside the original when it is given a port of its own', async (t) => {
  const { home, port } = await usedHome(t)
  cpSync(home, `${home}-copy`, { recursive: true })
  await portOf(runAgent(t, home))
  const copy = runAgent(t, `${home}-copy`, { CLOUDOS_PORT: String(port + 2000) })
  assert.equal(await portOf(copy), port + 2000)
})

const mayMount = process.platform === 'linux' && process.getuid?.() === 0
test(
  'a full disk is said to be full, and there is room again when there is',
  { skip: !mayMount && 'only root can make a small disk' },
  async (t) => {
    const disk = mkdtempSync(join(tmpdir(), 'cloudos-small-disk-'))
    assert.equal(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'none', disk]).status, 0)
    const home = join(disk, 'home')
    const run = () => runAgent(t, home, { XDG_RUNTIME_DIR: folderFor(t) })
    try {
      const first = run()
      await first.saying(READY)
      await first.saying(/almost full/)
      await first.kill('SIGTERM')
      const stuffing = join(disk, 'stuffing')
      spawnSync('dd', ['if=/dev/zero', `of=${stuffing}`, 'bs=4096'])
      assert.match(await refusal(run(), 1), /full.*acknowledged is kept/)
      rmSync(stuffing)
      const last = run()
      await last.saying(READY)
      await last.kill('SIGTERM')
    } finally {
      // Lazily: when an assertion has failed, an agent may still have files open there.
      spawnSync('umount', ['-l', disk])
      rmdirSync(disk)
    }
  },
)
