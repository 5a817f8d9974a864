import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import type { AnyRecord } from '@cloudos/protocol/command'
import { COMMANDS } from '@cloudos/protocol/registry'
import { parseConfig } from '../config.ts'
import type { AgentConfig } from '../config.ts'
import { parseExposition } from '../testing/parse-exposition.ts'
import { commandLine } from '../testing/run-command.ts'
import type { CommandEnd } from '../testing/run-command.ts'
import { openAgentDoor } from './agent-door.ts'
import { verbsFrom } from './table.ts'

test('up starts the agent and says how long it took, a second up says it is running, down ends it', async (t) => {
  const cloudos = commandLine(t)
  const up = await cloudos.run('up')
  assert.equal(up.code, 0, up.err)
  assert.match(up.out, /^ready in \d+ ms {2}http:\/\/localhost:\d+\nOpen it with: cloudos open\n$/)
  assert.equal(up.err, '')
  const again = await cloudos.json('up')
  assert.deepEqual([again['cloudos'], again['command']], [1, 'up'])
  assert.match(JSON.stringify(again['result']), /already-running/)
  assert.match((await cloudos.run('status')).out, /^version +0\.1\.0\n/)
  const down = await cloudos.run('down')
  assert.deepEqual([down.code, down.out], [0, 'CloudOS has stopped. Everything is saved.\n'])
  assert.equal(existsSync(join(cloudos.home, 'running')), false)
  assert.equal((await cloudos.run('down')).code, 0)
})

test('without an agent every command that asks one ends with 5 and says how to start it', async (t) => {
  const cloudos = commandLine(t)
  const status = await cloudos.run('status')
  assert.deepEqual([status.code, status.out], [5, ''])
  assert.match(status.err, /cloudos up/)
  const { error } = await cloudos.json('status')
  assert.deepEqual(Object.keys(error as object), ['code', 'message'])
  assert.equal((error as { code: string }).code, 'not-running')
})

test('the page is opened at a place, and what is no place is refused', async (t) => {
  const cloudos = commandLine(t)
  await cloudos.run('up')
  const { result } = await cloudos.json('open', '--place', '/devices/add')
  assert.match(readFileSync((result as { file: string }).file, 'utf8'), /devices\/add/)
  assert.equal((await cloudos.run('open', '--place', 'https://example.org')).code, 2)
})

test('what the page alone can do ends with 4 while there is no profile', async (t) => {
  const cloudos = commandLine(t)
  await cloudos.run('up')
  for (const args of [
    ['device', 'pair'],
    ['device', 'revoke', 'nas'],
  ]) {
    const refused = await cloudos.run(...args)
    assert.equal(refused.code, 4, refused.out)
    assert.match(refused.err, /cloudos open/)
  }
})

test('a link that is none is refused, and a start that fails says why', async (t) => {
  const cloudos = commandLine(t)
  const joined = await cloudos.run('up', '--pair', 'nonsense')
  assert.equal(joined.code, 1)
  assert.match(joined.err, /not a link of CloudOS/)
  await cloudos.run('down')
  writeFileSync(join(cloudos.home, 'keys', 'device.key'), 'damaged')
  const failed = await cloudos.run('up')
  assert.equal(failed.code, 1)
  assert.match(failed.err, /damaged/)
  assert.doesNotMatch(failed.err, /^\s+at /m)
})

test('every command that help shows is one the running agent knows', async (t) => {
  const cloudos = commandLine(t)
  await cloudos.run('up')
  const { socketPath } = configOf(cloudos.folder)
  const shown = new Set(verbsFrom(COMMANDS).map(({ words }) => words.join('.')))
  const unknown: string[] = []
  for (const command of COMMANDS.filter(({ name }) => shown.has(name) && name !== 'down')) {
    const door = await openAgentDoor(socketPath)
    // A field nobody knows is refused before anything is run; a command nobody knows is refused before that.
    const failure: unknown = await door
      .ask({ ...command, input: STRANGE }, { strange: 1 })
      .catch((cause: unknown) => cause)
    door.close()
    if (failure instanceof Error && 'code' in failure && failure.code === 'no-such-command') unknown.push(command.name)
  }
  assert.deepEqual(unknown, [])
})

const STRANGE: AnyRecord = {
  form: {
    kind: 'record',
    fields: [{ name: 'strange', key: 99, isOptional: false, says: '', form: { kind: 'uint', min: 0, max: 1 } }],
  },
  parse: (value) => ({ ok: true, value }),
}

test('settings are listed, kept and refused by name, and metrics are off until they are switched on', async (t) => {
  const cloudos = commandLine(t)
  assert.match((await cloudos.run('config', 'list')).out, /^metrics +off$/m)
  await cloudos.run('up')
  const off = await cloudos.run('metrics')
  assert.equal(off.code, 1)
  assert.match(off.err, /cloudos config set metrics on/)
  assert.equal((await cloudos.run('config', 'set', 'metrics', 'on')).code, 0)
  assert.equal((await cloudos.run('config', 'get', 'metrics')).out, 'on\n')
  const { out } = await cloudos.run('metrics')
  assert.match(out, /^# TYPE cloudos_commands_total counter$/m)
  assert.match(out, /^cloudos_commands_total\{command="metrics",outcome="metrics-off"\} 1$/m)
  // No id of a device, document or person: what labels there are is known.
  const families = parseExposition(out)
  const labels = families.flatMap(({ samples }) => samples.flatMap((sample) => Object.keys(sample.labels)))
  assert.deepEqual([...new Set(labels)].toSorted(), ['command', 'outcome', 'version'])
  assert.ok(families.every(({ name }) => name.startsWith('cloudos_')))
  assert.doesNotMatch(out, /[0-9a-f]{32}/)
  assert.equal((await cloudos.run('config', 'set', 'port', '0')).code, 2)
  assert.match((await cloudos.run('config', 'set', 'port', '7999')).out, /copy of the profile/)
  writeFileSync(join(cloudos.home, 'config.json'), '{"prot": "1"}')
  const bad = await cloudos.run('config', 'list')
  assert.deepEqual([bad.code, /"prot"/.test(bad.err)], [1, true])
})

test('logs are shown as they come, and Ctrl-C ends that with 130', async (t) => {
  const cloudos = commandLine(t)
  await cloudos.run('up')
  const child = cloudos.start('logs', '-f', '--json')
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const first = (await lines.next()).value ?? ''
  assert.match(first, /^\{"cloudos":1,"command":"logs","event":\{"at":"[^"]+Z","level":"info","event":"ready"/)
  const refused = cloudos.run('metrics')
  assert.match((await lines.next()).value ?? '', /"outcome":"metrics-off"/)
  await refused
  child.kill('SIGINT')
  assert.equal(await ended, 130)
})

test('a bug report holds nothing of what was planted as secret', async (t) => {
  const cloudos = commandLine(t)
  await cloudos.run('up')
  const phrase = 'abandon ability able about above absent absorb abstract absurd abuse access accident'
  const canaries = [phrase, 'kaninchen-passphrase-77', 'Q'.repeat(44), 'ab'.repeat(32), 'tokentokentoken']
  appendFileSync(
    join(cloudos.home, 'logs', 'agent.log'),
    JSON.stringify({
      at: 'now',
      level: 'info',
      event: `phrase ${phrase}`,
      link: `cloudos:pair?${canaries[2] ?? ''}`,
      open: `http://localhost:7420/#open=${canaries[2] ?? ''}/devices`,
      text: `passphrase: ${canaries[1] ?? ''} key ${canaries[3] ?? ''} token=${canaries[4] ?? ''}`,
    }) + '\n',
  )
  await cloudos.run('open')
  const report = await cloudos.run('bugreport', '--out', 'report.json')
  assert.equal(report.code, 0, report.err)
  const file = join(cloudos.folder, 'report.json')
  const text = readFileSync(file, 'utf8')
  const key = readFileSync(join(cloudos.home, 'keys', 'device.key'))
  const link =
    /#open=([A-Za-z0-9_-]+)/.exec(readFileSync(join(configOf(cloudos.folder).runFolder, 'open.html'), 'utf8'))?.[1] ??
    ''
  assert.ok(link.length > 40)
  for (const canary of [
    ...canaries,
    link,
    key.subarray(1, 33).toString('hex'),
    key.subarray(1, 33).toString('base64'),
    cloudos.home,
  ])
    assert.ok(!text.includes(canary), canary)
  assert.match(text, /\[redacted\]/)
  assert.equal(statSync(file).mode & 0o777, 0o600)
})

test('a report that would hold a key of the device in a form no rule knows is not written', async (t) => {
  const cloudos = commandLine(t)
  await cloudos.run('up')
  await cloudos.run('down')
  // In base64 it looks like a path, and paths stay.
  const key = Buffer.from([1, ...Array.from({ length: 96 }, (_, i) => (i % 3 === 2 ? 0x3f : 0)), 0])
  writeFileSync(join(cloudos.home, 'keys', 'device.key'), key)
  writeFileSync(join(cloudos.home, 'logs', 'start.txt'), key.subarray(1, 33).toString('base64').replace('=', ''))
  const { error } = await cloudos.json('bugreport', '--out', 'report.json')
  assert.equal((error as { code: string }).code, 'would-leak')
  assert.equal(existsSync(join(cloudos.folder, 'report.json')), false)
})

test('a job leaves one trace id in the log, in the audit chain and in its own account', async (t) => {
  const cloudos = commandLine(t)
  await cloudos.run('up')
  const jobId = (await cloudos.run('job', 'run', 'sample')).err.slice(4, 36)
  const trace = /"traceId":"([0-9a-f]{32})"/.exec((await cloudos.run('job', 'show', jobId, '--json')).out)?.[1]
  assert.ok(trace)
  const log = await cloudos.run('logs', '--trace', trace)
  assert.match(log.out, new RegExp(`job=${jobId} +phase=queued[^]*phase=running[^]*phase=done`))
  assert.equal(log.out.match(/\n/g)?.length, log.out.match(new RegExp(trace, 'g'))?.length)
  assert.match((await cloudos.run('audit', '--trace-id', trace)).out, /job\.run +.*allowed/)
})

test('a program runs, its words go to stdout, how it went to stderr, and its log can be read again', async (t) => {
  const cloudos = commandLine(t)
  await cloudos.run('up')
  const run = await cloudos.run('job', 'run', 'sample')
  assert.equal(run.code, 0, run.err)
  assert.match(run.out, /25 primes/)
  assert.match(run.err, /^job [0-9a-f]{32}\njob [0-9a-f]{32} done, exit code 0, held by /)
  const jobId = run.err.slice(4, 36)
  assert.equal((await cloudos.run('job', 'logs', jobId)).out, run.out)
  assert.equal((await cloudos.run('job', 'attach', jobId)).out, run.out)
  assert.equal((await cloudos.run('job', 'why', jobId)).code, 0)
  writeFileSync(join(cloudos.folder, 'no.wasm'), 'no module')
  const refused = await cloudos.run('job', 'run', './no.wasm', '--mem', '16MiB', '--wall', '5s', '--in', 'no.wasm')
  assert.deepEqual([refused.code, /WebAssembly/.test(refused.err)], [1, true], refused.err)
})

test('what a program wrote can be read and attached to after the agent was stopped and started again', async (t) => {
  // One that nobody takes while the agent is away.
  const cloudos = commandLine(t, undefined, { CLOUDOS_PORT: String(12_000 + ((process.pid * 61) % 8_000)) })
  await cloudos.run('up')
  const run = await cloudos.run('job', 'run', 'sample')
  const idIn = ({ out, err }: CommandEnd): string => /[0-9a-f]{32}/.exec(err + out)?.[0] ?? ''
  const jobId = idIn(run)
  const late = await cloudos.run('job', 'run', 'sample', '--detach')
  const [down, up] = [await cloudos.run('down'), await cloudos.run('up')]
  assert.deepEqual([down.code, up.code], [0, 0], down.err + up.err)
  const attached = await cloudos.run('job', 'attach', jobId)
  assert.deepEqual([attached.code, attached.out], [0, run.out], attached.err)
  assert.equal((await cloudos.run('job', 'logs', jobId)).out, run.out)
  const resumed = await cloudos.run('job', 'attach', idIn(late))
  assert.deepEqual([resumed.code, resumed.out], [0, run.out], resumed.err)
})

test('what the agent decided is written out and verified offline, and a line that is changed is found', async (t) => {
  const cloudos = commandLine(t)
  await cloudos.run('up')
  await cloudos.run('open')
  await cloudos.run('open')
  assert.match((await cloudos.run('audit', '--action', 'open')).out, /open +.*allowed/)
  assert.match((await cloudos.run('help', 'audit')).out, /\n {2}audit verify /)
  await cloudos.run('audit', 'export', 'audit.jsonl')
  await cloudos.run('down')
  const whole = await cloudos.run('audit', 'verify', 'audit.jsonl')
  assert.equal(whole.code, 0, whole.out)
  assert.equal((await cloudos.run('audit', 'verify', join(cloudos.home, 'audit'))).code, 0)
  const file = join(cloudos.folder, 'audit.jsonl')
  const lines = readFileSync(file, 'utf8').split('\n')
  writeFileSync(file, lines.toSpliced(1, 1).join('\n'))
  const torn = await cloudos.run('audit', 'verify', 'audit.jsonl')
  assert.deepEqual([torn.code, /Line 2: GAP/.test(torn.out)], [1, true], torn.out)
})

test('wrong lines end with 2 in a real process, in words and in an envelope', async (t) => {
  const cloudos = commandLine(t)
  for (const [args, part] of [
    [['nonsense'], 'nonsense'],
    [['status', '--loud'], '--loud'],
    [['document', 'read'], 'document'],
    [['logs', '--lines', 'many'], '--lines'],
    [['config', 'get', 'constructor'], 'name'],
    [['completion', 'powershell'], 'shell'],
  ] as const) {
    const refused = await cloudos.run(...args)
    assert.deepEqual([refused.code, refused.out], [2, ''])
    assert.doesNotMatch(refused.err, /^\s+at |Error:/m)
    const { error } = await cloudos.json(...args)
    assert.deepEqual([(error as { code: string }).code, (error as { part: string }).part], ['usage', part])
  }
})

/** What the command and the agent make of this home. */
function configOf(folder: string): AgentConfig {
  const config = parseConfig({
    env: { CLOUDOS_HOME: join(folder, 'home'), XDG_RUNTIME_DIR: folder },
    args: [],
    platform: process.platform,
    userHome: folder,
    temporaryFolder: folder,
    userName: userInfo().username,
  })
  assert.ok(config.ok)
  return config.value
}
