import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const SOURCES = join(import.meta.dirname, '..')
const shipped = globSync('**/*.ts', { cwd: SOURCES })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => !/\.test\.ts$|(^|\/)testing\//.test(path))
  .map((path) => ({ path, text: readFileSync(join(SOURCES, path), 'utf8') }))

function whereverIs(pattern: RegExp): readonly string[] {
  return shipped.filter(({ text }) => pattern.test(text)).map(({ path }) => path).sort() // prettier-ignore
}

test('there is no way to a handler but through the dispatcher: handlers are named by their registration alone', () => {
  const makers = shipped.flatMap(({ path, text }) =>
    [...text.matchAll(/export function (\w+)\([^]*?\): readonly Registered\[\]/g)].map(([, name = '']) => ({
      path,
      name,
    })),
  )
  assert.ok(makers.length >= 8)
  for (const { path, name } of makers) {
    assert.ok(/(^|\/)commands\//.test(path) || /^jobs?\//.test(path), `${path} makes handlers`)
    assert.deepEqual(
      whereverIs(new RegExp(`\\b${name}\\b`)),
      [path, 'start-agent.ts'].sort(),
      `${name} is used elsewhere`,
    )
  }
  assert.deepEqual(
    whereverIs(/\.prepare\(params\)/),
    ['commands/dispatch.ts'],
    'only the dispatcher prepares a handler',
  )
  assert.deepEqual(whereverIs(/\bcreateDispatch\b/), ['commands/dispatch.ts', 'start-agent.ts'])
})

test('every channel that takes requests hands them to the dispatcher', () => {
  const doors = whereverIs(/\bserveRpc\(/)
  assert.deepEqual(doors, ['door/command-door.ts', 'mesh-host.ts'])
  for (const { path, text } of shipped.filter(({ path: door }) => doors.includes(door))) {
    const calls = text.split('serveRpc(').slice(1)
    for (const call of calls) assert.match(call.slice(0, 400), /dispatch\(/, path)
  }
})
