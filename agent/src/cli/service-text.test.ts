import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commandLine } from '../testing/run-command.ts'
import { folderFor } from '../testing/run-agent.ts'
import { launchdPlist, systemdUnit } from './service-text.ts'

const parts = {
  nodeFile: process.execPath,
  agentFile: '/opt/a "odd" folder/100 %/agent.mjs',
  label: 'org.cloudos.agent',
  environment: [['CLOUDOS_HOME', '/home/some one/$HOME & <more>']] as const,
}
const hasVerify = spawnSync('systemd-analyze', ['--version']).status === 0

test('the unit is one that systemd takes, odd paths and all', { skip: !hasVerify && 'no systemd-analyze' }, (t) => {
  const file = join(folderFor(t), 'cloudos.service')
  writeFileSync(file, systemdUnit(parts))
  const run = spawnSync('systemd-analyze', ['verify', '--user', '--man=no', file], { encoding: 'utf8' })
  // What it says of other units of this machine is not about ours.
  const ours = run.stderr.split('\n').filter((line) => line.includes('cloudos.service'))
  assert.deepEqual(ours, [])
})

test('what is odd in a path is taken literally, in a unit and in a plist', () => {
  assert.match(systemdUnit(parts), /"\/opt\/a \\"odd\\" folder\/100 %%\/agent\.mjs"/)
  assert.match(systemdUnit(parts), /Environment="CLOUDOS_HOME=\/home\/some one\/\$HOME & <more>"/)
  assert.match(launchdPlist(parts), /<string>\/home\/some one\/\$HOME &amp; &lt;more&gt;<\/string>/)
})

test('where no systemd answers for the user, that is said and nothing is written', async (t) => {
  const cloudos = commandLine(t, undefined, { PATH: '/nonexistent' })
  const refused = await cloudos.run('service', 'install')
  assert.equal(refused.code, process.platform === 'linux' ? 1 : refused.code)
  assert.match(refused.err, /cloudos up/)
  assert.equal((await cloudos.run('service', 'status')).code, 0)
})
