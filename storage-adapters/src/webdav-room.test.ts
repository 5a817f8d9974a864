import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRoom } from './webdav-room.ts'

const answer = (props: string): string =>
  `<?xml version="1.0"?><D:multistatus xmlns:D="DAV:"><D:response><D:href>/</D:href><D:propstat><D:prop>${props}</D:prop></D:propstat></D:response></D:multistatus>`

test('a WebDAV server says its room by RFC 4331, under whatever prefix, and one that does not know says nothing', () => {
  assert.deepEqual(parseRoom(answer('<D:quota-available-bytes>596650</D:quota-available-bytes><D:quota-used-bytes>403350</D:quota-used-bytes>')), { usedBytes: 403_350, freeBytes: 596_650, totalBytes: 1_000_000 }) // prettier-ignore
  assert.deepEqual(parseRoom(answer('<quota-used-bytes xmlns="DAV:">12</quota-used-bytes>')), { usedBytes: 12 })
  // Nextcloud: unlimited, unknown, not computed.
  for (const number of ['-1', '-2', '-3', '', 'none', '1e9'])
    assert.deepEqual(parseRoom(answer(`<d:quota-available-bytes>${number}</d:quota-available-bytes>`)), {})
  assert.deepEqual(parseRoom(answer('<D:quota-available-bytes/><D:quota-used-bytes/>')), {})
})
