import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeInvitation } from '@cloudos/protocol/invitation'
import { parseConfig, sayConfigRefusal } from './config.ts'
import type { AgentConfig, ConfigRefusal, Surroundings } from './config.ts'

const plain: Surroundings = {
  env: {},
  args: [],
  platform: 'linux',
  userHome: '/home/ada',
  temporaryFolder: '/tmp',
  userName: 'ada',
}

function config(change: Partial<Surroundings>): AgentConfig {
  const parsed = parseConfig({ ...plain, ...change })
  assert.ok(parsed.ok)
  return parsed.value
}

function refusal(change: Partial<Surroundings>): ConfigRefusal {
  const parsed = parseConfig({ ...plain, ...change })
  assert.ok(!parsed.ok)
  return parsed.error
}

test('without any setting the home lies where state belongs and the port is the agent’s own choice', () => {
  const { homeFolder, port, opener, invitation } = config({})
  assert.deepEqual(
    { homeFolder, port, opener, invitation },
    { homeFolder: '/home/ada/.local/state/cloudos', port: undefined, opener: undefined, invitation: undefined },
  )
})

test('CLOUDOS_HOME and CLOUDOS_PORT are honoured', () => {
  const { homeFolder, port } = config({ env: { CLOUDOS_HOME: '/data/cloud', CLOUDOS_PORT: '8080' } })
  assert.deepEqual({ homeFolder, port }, { homeFolder: '/data/cloud', port: 8080 })
})

test('XDG folders are honoured when they are whole paths, and ignored otherwise', () => {
  assert.equal(config({ env: { XDG_STATE_HOME: '/state' } }).homeFolder, '/state/cloudos')
  assert.equal(config({ env: { XDG_STATE_HOME: 'state' } }).homeFolder, '/home/ada/.local/state/cloudos')
  assert.ok(config({ env: { XDG_RUNTIME_DIR: '/run/user/1000' } }).socketPath.startsWith('/run/user/1000/cloudos-ada-'))
})

test('two homes never share a socket, and a very long home keeps its path within what a socket may have', () => {
  const one = config({ env: { CLOUDOS_HOME: '/a' } }).socketPath
  const other = config({ env: { CLOUDOS_HOME: '/' + 'b'.repeat(4000) } }).socketPath
  assert.notEqual(one, other)
  assert.ok(other.length < 100)
})

test('the page opens by itself only where there is a screen and nobody asked for silence', () => {
  const screen = { DISPLAY: ':0' }
  assert.equal(config({ env: screen }).opener, 'xdg-open')
  assert.equal(config({ env: { WAYLAND_DISPLAY: 'wayland-0' } }).opener, 'xdg-open')
  assert.equal(config({ platform: 'darwin' }).opener, 'open')
  assert.equal(config({ env: { ...screen, CLOUDOS_NO_OPEN: '1' } }).opener, undefined)
})

test('an invitation is read at once, so that a wrong one starts nothing', () => {
  const invitation = {
    peerId: 'ab'.repeat(32),
    addresses: ['/ip4/192.168.1.2/tcp/7421'],
    secret: new Uint8Array(16).fill(1),
    expiresAtMs: 1_000,
  }
  const link = encodeInvitation(invitation)
  assert.deepEqual(config({ args: ['--pair', link] }).invitation, invitation)
  for (const wrong of ['nonsense', 'cloudos:pair?abc', link.slice(0, -3)])
    assert.equal(refusal({ args: ['--pair', wrong] }).kind, 'bad-link')
})

for (const given of ['0', '65536', '-1', '1e3', '80.0', '0x50', ' 80', '٨٠', 'auto', '99999', '080']) {
  test(`the port "${given}" is refused by name`, () => {
    assert.deepEqual(refusal({ env: { CLOUDOS_PORT: given } }), { kind: 'bad-port', given })
  })
}

test('a home that is no whole path, an unknown argument and a missing link are each refused', () => {
  assert.equal(refusal({ env: { CLOUDOS_HOME: 'here' } }).kind, 'relative-home')
  assert.deepEqual(refusal({ args: ['--port', '1'] }), { kind: 'unknown-argument', given: '--port' })
  assert.deepEqual(refusal({ args: ['--pair', 'x', 'y'] }), { kind: 'unknown-argument', given: 'y' })
  assert.equal(refusal({ args: ['--pair'] }).kind, 'no-link')
})

test('every refusal says that nothing was started', () => {
  const refusals: readonly ConfigRefusal[] = [
    { kind: 'bad-port', given: 'x' },
    { kind: 'relative-home', given: 'x' },
    { kind: 'unknown-argument', given: 'x' },
    { kind: 'no-link' },
    { kind: 'bad-link' },
  ]
  for (const each of refusals) assert.match(sayConfigRefusal(each), /Nothing was started/)
})
