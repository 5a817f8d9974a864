/** A process of its own that writes entries to a WebDAV folder until it is done or killed, and prints the name of each acknowledged one. */
import { writeSync } from 'node:fs'
import process from 'node:process'
import { writeLedgerEntry } from '../suite/ledger.ts'
import { connectWebdav } from '../webdav.ts'
import { createTestLine } from './http-line.ts'
import { WEBDAV_ACCOUNT } from './webdav-servers.ts'

const [address = '', writer = '', count = '0'] = process.argv.slice(2)
const place = { address, credential: WEBDAV_ACCOUNT, line: createTestLine() }
await using store = await connectWebdav(place, 'server', new AbortController().signal)
for (let index = 0; index < Number(count); index++)
  writeSync(1, (await writeLedgerEntry(store, `${writer} wrote ${index}`)) + '\n')
