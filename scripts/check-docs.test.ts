import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findProof } from './docs/commands.ts'
import { anchorsOf, inlineCodeOf, linksOf, shellCommandsOf, tablesOf } from './docs/markdown.ts'
import { reviewDocument, type World } from './docs/review.ts'
import { testNamePatternsOf } from './docs/test-names.ts'

const world: World = {
  hasPath: (path) => ['README.md', 'docs', 'docs/protocol.md'].includes(path),
  textOf: (path) => (path === 'docs/protocol.md' ? '# Frames\n## Frames\n## What `sealFrame` does' : undefined),
  hasPassed: (name) => name === 'nothing is lost',
  runs: (args) => args.includes('mesh/'),
}
const status = '| Claim | Test |\n|---|---|\n| kept | `nothing is lost` |\n'

function complaintsOf(text: string, path = 'README.md'): readonly number[] {
  return reviewDocument(path, text, world).map(({ line }) => line)
}

test('commands are read from sh blocks only, without comments, continued lines joined', () => {
  const text = '```sh\n# first\nnpm start # now\n\nnpm test -- \\\n  mesh/\n```\n```js\nnpm no\n```\n'
  assert.deepEqual(shellCommandsOf(text), [
    { text: 'npm start', line: 3 },
    { text: 'npm test -- mesh/', line: 6 },
  ])
})

test('a command that nothing proves is refused', () => {
  assert.deepEqual(complaintsOf(`${status}\n\`\`\`sh\nnpm run unheard-of\n\`\`\`\n`), [6])
})

test('a command is refused when its test did not pass or its dry run fails', () => {
  assert.deepEqual(
    complaintsOf('```sh\nnpm start\nnpm test -- nowhere/\nnpm test -- mesh/\n```\n', 'docs/x.md'),
    [2, 3],
  )
})

test('settings before a command are not part of it', () => {
  assert.deepEqual(findProof('CLOUDOS_PORT=4001 CLOUDOS_NO_OPEN=1 npm start'), findProof('npm start'))
  assert.equal(findProof('PATH=/tmp npm start'), undefined)
})

test('links are held to files and headings, addresses are left alone', () => {
  const good = '[a](docs/protocol.md) [b](docs/protocol.md#frames-1) [c](https://example.org) [d](docs) `[e](nowhere)`'
  assert.deepEqual(complaintsOf(`${status}\n${good}`), [])
  assert.deepEqual(complaintsOf(`${status}\n[a](docs/none.md)\n[b](docs/protocol.md#none)\n[c](#none)`), [5, 6, 7])
})

test('links resolve from the folder of their document', () => {
  assert.deepEqual(complaintsOf('[up](../README.md) [beside](protocol.md#what-sealframe-does)', 'docs/x.md'), [])
})

test('links in code are no links', () => {
  assert.deepEqual(linksOf('```\n[a](b)\n```\n`[c](d)`'), [])
})

test('headings are named as GitHub names them', () => {
  assert.deepEqual([...anchorsOf('# A `b`: C\n## A b c\n## [x](y) É\n')], ['a-b-c', 'a-b-c-1', 'x-é'])
})

test('every row of a status table names tests that passed', () => {
  const rows = '| lost | `something else` |\n| unnamed | soon |\n| later | not yet |\n'
  assert.deepEqual(complaintsOf(status + rows), [4, 5, 6])
  assert.deepEqual(complaintsOf(status + rows, 'docs/threat-model.md'), [4, 5])
})

test('a README without a status table is refused', () => {
  assert.deepEqual(complaintsOf('# CloudOS\n'), [1])
})

test('tables keep escaped bars, and code in two backticks keeps single ones', () => {
  assert.deepEqual(tablesOf('| A | Test |\n|:--|--:|\n| x \\| y | `` `n` `` |')[0]?.rows[0]?.cells, [
    'x | y',
    '`` `n` ``',
  ])
  assert.deepEqual(inlineCodeOf('`a` and `` `b` c ``'), ['a', '`b` c'])
})

test('test names are found in test files, filled-in parts match anything', () => {
  const [plain, filled, ...more] = testNamePatternsOf(
    "test('a (b)', f)\nfor (const x of y) test(`every ${x} ends`, f)\nother('c')",
  )
  assert.ok(plain?.test('a (b)') && !plain.test('a b'))
  assert.ok(filled?.test('every frame ends') && !filled.test('every frame'))
  assert.equal(more.length, 0)
})
