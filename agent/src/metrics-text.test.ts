import assert from 'node:assert/strict'
import { test } from 'node:test'
import { metricsTextCommand } from '@cloudos/protocol/agent-commands'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { CALLER_KINDS, GRANTS_BY_CALLER, holdsGrant } from '@cloudos/protocol/grants'
import { createRandom } from '@cloudos/protocol/testing/random'
import { countCommands, metricsText } from './metrics-text.ts'
import type { Figure } from './metrics-text.ts'
import { rpcCall } from './testing/open-dispatch.ts'
import { parseExposition } from './testing/parse-exposition.ts'

test('figures of any names, labels and values read back from their text', () => {
  const texts = ['', 'ok', 'a "word"', 'back\\slash', 'two\nlines', 'comma, brace} =', '\\n', 'ü'] as const
  for (let seed = 0; seed < 50; seed++) {
    const random = createRandom(seed)
    const figures: Figure[] = []
    for (let i = 0; i < 12; i++) {
      const isCounter = random.below(2) === 0
      figures.push({
        name: `cloudos_thing${String(random.below(3))}_${isCounter ? 'total' : 'bytes'}`,
        kind: isCounter ? 'counter' : 'gauge',
        says: 'What it is.',
        value: random.below(2 ** 30) / random.pick([1, 7, 1e12]),
        labels: { which: String(i), text: random.pick(texts) },
      })
    }
    const read = parseExposition(metricsText(figures)).flatMap(({ name, help, kind, samples }) =>
      samples.map(({ labels, value }) => ({ name, kind, says: help, value, labels })),
    )
    assert.deepEqual(read.toSorted(byLabel), figures.toSorted(byLabel), `seed ${String(seed)}`)
  }
})

test('a text that the form does not allow is not read', () => {
  const head = '# HELP a_total A.\n# TYPE a_total counter\n'
  for (const text of [
    'a_total 1\n',
    '# TYPE a_total counter\na_total 1\n',
    head,
    `${head}a_total 1`,
    `${head}a_total one\n`,
    `${head}a_total -1\n`,
    `${head}a_total 1\na_total 2\n`,
    `${head}b_total 1\n`,
    `${head}a_total{x="1",x="2"} 1\n`,
    `${head}a_total{x="a"b"} 1\n`,
    `${head}a_total 1\n${head}a_total{x="1"} 1\n`,
    '# HELP a A.\n# TYPE a counter\na 1\n',
  ])
    assert.throws(() => parseExposition(text), SyntaxError, text)
})

test('what a caller makes up as the name of a command stands in no figure and no line of the log', async () => {
  const logged: string[] = []
  const log = { write: (...line: readonly unknown[]) => logged.push(JSON.stringify(line)) }
  const refuse = () => Promise.reject(new CloudError('not-a-member', 'No.'))
  const counts = countCommands(refuse, {
    log,
    monotonicMs: () => 0,
    newTrace: () => 'ab'.repeat(16),
    names: new Set(['status']),
  })
  const id = '00112233445566778899aabbccddeeff'
  for (const method of ['status', id, `document.${id}`])
    await assert.rejects(counts.counted({ kind: 'owner' }, rpcCall(method, new Uint8Array())))
  const [times] = parseExposition(metricsText(counts.figures()))
  assert.deepEqual(
    times?.samples.map(({ labels, value }) => [labels['command'], value]),
    [
      ['status', 1],
      ['unknown', 2],
    ],
  )
  assert.ok(logged.length === 3 && logged.every((line) => !line.includes(id)))
})

test('figures are for whoever can open the private socket, and for no page and no other device', () => {
  const { grant } = metricsTextCommand
  assert.deepEqual(
    CALLER_KINDS.filter((kind) => holdsGrant(GRANTS_BY_CALLER[kind], grant)),
    ['owner'],
  )
})

function byLabel(one: Pick<Figure, 'labels'>, other: Pick<Figure, 'labels'>): number {
  return Number(one.labels?.['which']) - Number(other.labels?.['which'])
}
