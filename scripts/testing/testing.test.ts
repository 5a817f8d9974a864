import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { runCommand } from './command.ts'
import { readProc } from './left-behind.ts'
import { type Part, sentence, slowest, tally } from './outcome.ts'
import { runTestFiles, tryAgain } from './test-files.ts'

const preamble = "import { test } from 'node:test'\nimport { spawn } from 'node:child_process'\n"

async function run(code: string): Promise<Part> {
  const folder = mkdtempSync(join(tmpdir(), 'cloudos-testing-'))
  try {
    const file = join(folder, 'story.test.ts')
    writeFileSync(file, preamble + code)
    const [part] = await runTestFiles([file], { lanes: 1 })
    assert.ok(part)
    return part
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function lastOf({ outcomes }: Part): { readonly kind: string; readonly output?: string } {
  return outcomes.at(-1) ?? { kind: 'none' }
}

test('passed, failed and skipped tests are counted, suites are not', async () => {
  const part = await run(`
    import { describe } from 'node:test'
    describe('suite', () => {
      test('one', () => {})
      test('two', { skip: 'no corpus' }, () => {})
    })
    test('three', () => { throw new Error('broken') })`)
  assert.equal(sentence(tally([part])), '1 passed, 1 failed, 1 skipped')
  assert.deepEqual(
    part.outcomes.map(({ name }) => name),
    ['suite › one', 'suite › two', 'three'],
  )
})

test('a skipped test keeps its reason and a failed one its error', async () => {
  const part = await run(`
    test('one', { skip: 'no corpus' }, () => {})
    test('two', () => { console.log('seen'); throw new Error('broken') })`)
  const [skipped, failed] = part.outcomes
  assert.equal(skipped?.kind === 'skipped' && skipped.reason, 'no corpus')
  assert.ok(failed?.kind === 'failed' && failed.output.includes('broken'))
  assert.ok(part.output.includes('seen'))
})

test('a test marked todo fails', async () => {
  assert.equal(lastOf(await run("test('one', { todo: true }, () => {})")).kind, 'failed')
})

test('a file without a test fails', async () => {
  assert.equal(lastOf(await run('')).kind, 'failed')
})

test('no file at all fails', async () => {
  assert.equal(tally(await runTestFiles([], { lanes: 1 })).failed, 1)
})

test('a file that breaks before its tests fails', async () => {
  const part = await run("test('one', () => {}); throw new Error('at load')")
  assert.ok(tally([part]).failed > 0)
})

test('a file that exits with 0 in the midst of its tests fails', async () => {
  const part = await run("test('one', () => {}); test('two', () => { process.exit(0) }); test('three', () => {})")
  assert.equal(lastOf(part).kind, 'failed')
})

test('a file whose tests pass while its process ends with 1 fails', async () => {
  const part = await run("test('one', () => { process.on('exit', () => { process.exitCode = 1 }) })")
  assert.equal(sentence(tally([part])), '1 passed, 1 failed')
})

test(
  'a process left behind fails its file and is killed',
  { skip: process.platform !== 'linux' && 'found through /proc' },
  async () => {
    const part = await run(`test('one', () => {
      const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' })
      child.unref()
      console.log('pid', child.pid)
    })`)
    assert.equal(sentence(tally([part])), '1 passed, 1 failed')
    const pid = Number(/pid (\d+)/.exec(part.output)?.[1])
    while (readProc(pid, 'cmdline') !== '') await delay(10)
  },
)

test('a command that does not end is killed and says so', async () => {
  const { isOk, output } = await runCommand(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], 200)
  assert.equal(isOk, false)
  assert.match(output, /not done/)
})

const passes = (file: string): Part => ({ file, output: '', outcomes: [{ kind: 'passed', name: 'story' }] })
const fails = (file: string): Part => ({
  file,
  output: '',
  outcomes: [{ kind: 'failed', name: 'story', output: 'late' }],
})

test('a second try takes only what failed, and names what passes only then', async () => {
  const tried: string[] = []
  const [first, second] = await tryAgain([passes('a'), fails('b')], (file) => {
    tried.push(file)
    return Promise.resolve(passes(file))
  })
  assert.deepEqual(tried, ['b'])
  assert.deepEqual(first, passes('a'))
  assert.deepEqual(second, { ...passes('b'), firstTry: fails('b').outcomes })
})

test('what fails twice has failed, and a second try is not for many', async () => {
  const parts = [fails('a'), fails('b'), fails('c')]
  assert.deepEqual(await tryAgain(parts, (file) => Promise.resolve(fails(file))), parts)
  const many = [...parts, fails('d')]
  assert.deepEqual(await tryAgain(many, () => Promise.reject(new Error('tried'))), many)
})

test('the slowest files are named first', () => {
  const parts = [2_000, 9_400, 500].map((tookMs, nth) => ({ ...passes(`${String(nth)}.test.ts`), tookMs }))
  assert.equal(slowest([passes('a check'), ...parts], 2), '1.test.ts 9 s, 0.test.ts 2 s')
})
