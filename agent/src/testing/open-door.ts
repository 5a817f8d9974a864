import { get } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { HttpDoor, HttpDoorParts } from '../http/http-door.ts'
import { findHttpDoor } from '../http/http-door.ts'
import { nodeClock, nodeRng } from '../node-ports.ts'

const PAGE = {
  'index.html': '<!doctype html><html><head><title>The page</title></head></html>',
  'mark.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'assets/main-1a2b3c.js': 'export {}',
  'notes.txt': 'not part of the page',
  '.env': 'SECRET=1',
}

/** A door on the first free port from one of this process's own, serving a small page; closed when the test ends. */
export async function openDoor(t: TestContext, change: Partial<HttpDoorParts> = {}): Promise<HttpDoor> {
  const pageFolder = mkdtempSync(join(tmpdir(), 'cloudos-page-'))
  mkdirSync(join(pageFolder, 'assets'))
  for (const [name, text] of Object.entries(PAGE)) writeFileSync(join(pageFolder, name), text)
  const parts = { pageFolder, allowedOrigins: new Set<string>(), clock: nodeClock, rng: nodeRng, ...change }
  let door: HttpDoor | undefined
  for (let port = 20_000 + (process.pid % 20_000); door === undefined; port++) door = await findHttpDoor(port, parts)
  const open = door
  t.after(async () => {
    await open.close()
    rmSync(pageFolder, { recursive: true })
  })
  return open
}

export interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** One request over a connection of its own: doors of different tests may come to stand on one port. */
export function ask(door: HttpDoor, path = '/'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get({ host: 'localhost', port: door.port, path, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (piece: string) => (text += piece))
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }))
    }).on('error', reject)
  })
}
