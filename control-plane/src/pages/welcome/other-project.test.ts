import assert from 'node:assert/strict'
import { test } from 'node:test'
import { otherProject } from './other-project.ts'

const client = (project: string) => `${project}-abcdefghijklmnop.apps.googleusercontent.com`

test('a client of another project than the kit’s is told before anybody is sent to Google', () => {
  assert.equal(otherProject(client('123456789012'), undefined), undefined)
  assert.equal(otherProject(client('123456789012'), `drive:${client('123456789012')}`), undefined)
  assert.match(otherProject(client('999999999999'), `drive:${client('123456789012')}`)?.message ?? '', /123456789012/)
  assert.throws(() => otherProject('somebody@example.org', undefined), { code: 'bad-address' })
})
