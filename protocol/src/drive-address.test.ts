import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDriveAddress, normaliseDrive, parseDriveAddress, projectOf } from './drive-address.ts'

const CLIENT = '123456789012-abcdefghijklmnop.apps.googleusercontent.com'

test('a Drive is told from a repository by its spelling, and its project by the client', () => {
  for (const where of [CLIENT, `drive:${CLIENT}`, `http://127.0.0.1:8080/${CLIENT}`]) {
    assert.ok(isDriveAddress(where))
    assert.ok(isDriveAddress(normaliseDrive(where)))
    assert.equal(projectOf(parseDriveAddress(where)), '123456789012')
  }
  for (const where of ['robin/copies', 'http://127.0.0.1:8080/robin/copies', 'robin/drive', ''])
    assert.ok(!isDriveAddress(where))
})
