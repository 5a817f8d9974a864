import type { Room } from '@cloudos/protocol/room'
import { refused } from './http-answer.ts'
import type { DavRequests } from './webdav-client.ts'

const WANTED =
  '<?xml version="1.0"?><propfind xmlns="DAV:"><prop><quota-available-bytes/><quota-used-bytes/></prop></propfind>'
const ANSWER_MAX_BYTES = 64 * 1024

/** What the server says of the folder by RFC 4331: nothing where it does not know that, or where nothing bounds it. */
export async function measureWebdav(dav: DavRequests, cut: AbortSignal): Promise<Room> {
  const headers = { Depth: '0', 'Content-Type': 'application/xml' }
  const asked = { repeats: true, maxBytes: ANSWER_MAX_BYTES, headers, body: WANTED }
  const answer = await dav.send('PROPFIND', '/', asked, cut)
  if (answer.status !== 207) throw refused(answer)
  return parseRoom(new TextDecoder().decode(answer.body))
}

/** Whole numbers only: some servers say with a negative one that they do not know. */
export function parseRoom(xml: string): Room {
  const [usedBytes, freeBytes] = [findBytes(xml, 'quota-used-bytes'), findBytes(xml, 'quota-available-bytes')]
  return {
    ...(usedBytes !== undefined && { usedBytes }),
    ...(freeBytes !== undefined && { freeBytes }),
    ...(usedBytes !== undefined && freeBytes !== undefined && { totalBytes: usedBytes + freeBytes }),
  }
}

function findBytes(xml: string, name: string): number | undefined {
  const [, digits] = new RegExp(`<(?:[\\w.-]+:)?${name}(?:\\s[^>]*)?>\\s*(\\d{1,15})\\s*</`).exec(xml) ?? []
  return digits === undefined ? undefined : Number(digits)
}
