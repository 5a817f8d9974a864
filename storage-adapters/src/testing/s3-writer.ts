/** A process of its own that writes entries to a bucket until it is done or killed, and prints the name of each acknowledged one. */
import { writeSync } from 'node:fs'
import process from 'node:process'
import { connectS3 } from '../s3.ts'
import { writeLedgerEntry } from '../suite/ledger.ts'
import { S3_KEY } from './fake-s3.ts'
import { createTestLine } from './http-line.ts'

const [address = '', writer = '', count = '0'] = process.argv.slice(2)
const place = { address, credential: S3_KEY, line: createTestLine() }
await using store = await connectS3(place, 'server', new AbortController().signal)
for (let index = 0; index < Number(count); index++)
  writeSync(1, (await writeLedgerEntry(store, `${writer} wrote ${index}`)) + '\n')
