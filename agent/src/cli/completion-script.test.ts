import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { COMMANDS } from '@cloudos/protocol/registry'
import { completionScript } from './completion-script.ts'
import { verbsFrom } from './table.ts'

const verbs = verbsFrom(COMMANDS)
const has = (program: string): boolean => spawnSync(program, ['-c', 'true']).status === 0

/** What bash would offer after these words. */
function offered(...words: readonly string[]): readonly string[] {
  const list = ['cloudos', ...words].map((word) => `'${word}'`).join(' ')
  const script = `${completionScript('bash', verbs)}
    COMP_WORDS=(${list}); COMP_CWORD=${String(words.length)}; _cloudos; printf '%s\\n' "\${COMPREPLY[@]}"`
  const run = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' })
  assert.equal(run.status, 0, run.stderr)
  return run.stdout.split('\n').filter((word) => word !== '')
}

test(
  'bash completes commands, flags, and words that a flag or a place takes',
  { skip: !has('bash') && 'no bash' },
  () => {
    assert.deepEqual(offered('stat'), ['status'])
    assert.deepEqual(offered('device', 're'), ['rename', 'revoke'])
    assert.deepEqual(offered('logs', '--f'), ['--follow'])
    assert.deepEqual(offered('logs', '--level', 'w'), ['warn'])
    assert.deepEqual(offered('config', 'set', 'met'), ['metrics'])
    assert.deepEqual(offered('completion', ''), ['--help', '--json', 'bash', 'fish', 'zsh'])
  },
)

for (const shell of ['zsh', 'fish'] as const) {
  test(`${shell} can read its script`, { skip: !has(shell) && `no ${shell} here` }, () => {
    const run = spawnSync(shell, ['-n'], { input: completionScript(shell, verbs), encoding: 'utf8' })
    assert.equal(run.status, 0, run.stderr)
  })
}
