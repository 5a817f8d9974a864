import { concatBytes, utf8 } from '@cloudos/protocol/bytes'
import type { drive_v3 } from '@googleapis/drive'
import { parsedJson } from './drive-error.ts'
import type { HowToCreate, NewFile } from './drive-port.ts'
import { askSigned } from './drive-signed.ts'
import type { DriveLine, UnsignedRequest } from './drive-signed.ts'
import { GOOGLE_DRIVE, SPACE } from './drive-transport.ts'
import type { Asked, DriveTransport } from './drive-transport.ts'

const ONCE: HowToCreate = { repeats: false }

/** By requests of our own, for a page: nothing of Google's is loaded. */
export function plainClient(place: DriveLine): DriveTransport {
  const { apiUrl = GOOGLE_DRIVE } = place
  const files = `${apiUrl}drive/v3/files`

  function ask(url: string, request: UnsignedRequest, cut: AbortSignal, how: HowToCreate = ONCE) {
    return askSigned(place, url, request, how, cut)
  }

  /** An answer in JSON is of the form that Google describes, or a refusal; whoever reads it looks. */
  async function json<T>(url: string, request: UnsignedRequest, cut: AbortSignal, how?: HowToCreate): Asked<T> {
    const { status, body } = await ask(url, request, cut, how)
    const text = new TextDecoder().decode(body)
    return { status, data: (parsedJson(text) ?? text) as T }
  }

  return {
    generateIds: (params, cut) => json(addressOf(`${files}/generateIds`, params), GET, cut),
    create: (file, fields, how, cut) =>
      json(addressOf(`${apiUrl}upload/drive/v3/files`, { uploadType: 'multipart', fields }), upload(file), cut, how),
    async download(fileId, cut) {
      const { status, body } = await ask(addressOf(`${files}/${fileId}`, { alt: 'media' }), GET, cut)
      return { status, data: body.slice().buffer }
    },
    get: ({ fileId = '', ...params }, cut) => json(addressOf(`${files}/${fileId}`, params), GET, cut),
    list: (params, cut) => json(addressOf(files, params), GET, cut),
    delete: (fileId, cut) => json(`${files}/${fileId}`, { method: 'DELETE' }, cut),
    about: (params, cut) => json(addressOf(`${apiUrl}drive/v3/about`, params), GET, cut),
  }
}

const GET: UnsignedRequest = { method: 'GET' }

function addressOf(url: string, params: object): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) query.set(name, String(value))
  return `${url}?${query.toString()}`
}

/** `multipart/related`: what the file is called, then what is in it. */
function upload({ id, name, bytes }: NewFile): UnsignedRequest {
  const about = { id, name, parents: [SPACE] } satisfies drive_v3.Schema$File
  const boundary = crypto.randomUUID()
  const head = `--${boundary}\r\ncontent-type: application/json; charset=UTF-8\r\n\r\n${JSON.stringify(about)}\r\n--${boundary}\r\ncontent-type: application/octet-stream\r\n\r\n`
  return {
    method: 'POST',
    headers: { 'content-type': `multipart/related; boundary=${boundary}` },
    body: new Uint8Array(concatBytes(utf8(head), bytes, utf8(`\r\n--${boundary}--\r\n`))),
  }
}
