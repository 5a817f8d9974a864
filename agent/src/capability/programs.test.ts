import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { machineOf } from '../testing/machine-folder.ts'
import { findIsolation } from './isolation.ts'
import { findProgram, RuntimeBook, versionIn } from './programs.ts'

test('a version is found in whatever words stand around it', () => {
  assert.equal(versionIn('v24.21.0\n'), '24.21.0')
  assert.equal(versionIn('Python 3.13.0rc1'), '3.13.0rc1')
  assert.equal(versionIn('Docker version 27.3.1, build ce12230'), '27.3.1')
  assert.equal(versionIn('openjdk 17.0.15 2025-04-15 LTS'), '17.0.15')
  assert.equal(versionIn('usage: tool [options]'), undefined)
})

test('a runtime is asked for its version and for nothing else, once for as long as its file stays', async (t) => {
  const host = machineOf(t, { 'bin/node': '#!/bin/sh\necho "$@" >> "$0.asked"\necho v24.21.0\n' })
  const book = new RuntimeBook()
  assert.deepEqual(await book.find(host), [{ name: 'node', version: '24.21.0' }])
  assert.deepEqual(await book.find(host), [{ name: 'node', version: '24.21.0' }])
  const program = join(host.searchPath, 'node')
  assert.equal(readFileSync(program + '.asked', 'utf8'), '--version\n')
  writeFileSync(program, '#!/bin/sh\necho v26.0.0 with more\n')
  assert.deepEqual(await book.find(host), [{ name: 'node', version: '26.0.0' }])
})

test('a runtime that fails when asked is left out', async (t) => {
  const host = machineOf(t, { 'bin/python3': '#!/bin/sh\necho 3.12.1\nexit 3\n', 'bin/ruby': 'not a program' })
  assert.deepEqual(await new RuntimeBook().find(host), [])
})

test('a program is not looked for in a folder that is not a whole path', async (t) => {
  const host = machineOf(t, { 'bin/bwrap': '#!/bin/sh\n' })
  assert.ok(existsSync(join(host.searchPath, 'bwrap')))
  assert.equal(await findProgram({ ...host, searchPath: '.:bin:' }, 'bwrap'), undefined)
  assert.equal(await findProgram(host, 'bwrap'), join(host.searchPath, 'bwrap'))
})

test('means of isolation are those that are there', async (t) => {
  assert.deepEqual(await findIsolation(machineOf(t, {})), [])
  const host = machineOf(t, {
    'bin/bwrap': '#!/bin/sh\n',
    'proc/sys/user/max_user_namespaces': '96365\n',
    'sys/fs/cgroup/cgroup.controllers': 'cpu memory pids\n',
    'sys/kernel/security/lsm': 'lockdown,capability,landlock,yama\n',
    'dev/kvm': '',
  })
  assert.deepEqual(await findIsolation(host), ['bubblewrap', 'user namespaces', 'cgroup v2', 'Landlock', 'KVM'])
})

test('an empty version 2 beside version 1, and namespaces that are switched off, do not count', async (t) => {
  const host = machineOf(t, {
    'proc/sys/user/max_user_namespaces': '96365',
    'proc/sys/kernel/unprivileged_userns_clone': '0',
    'sys/fs/cgroup/memory/tasks': '',
    'sys/fs/cgroup/unified/cgroup.controllers': '\n',
  })
  assert.deepEqual(await findIsolation(host), ['cgroup v1'])
})
