/** A process of its own that writes entries to a Drive until it is done or killed, and prints the name of each acknowledged one. */
import { writeSync } from 'node:fs'
import process from 'node:process'
import { connectDrive } from '../drive.ts'
import { writeLedgerEntry } from '../suite/ledger.ts'
import { drivePlace } from './drive/drive-place.ts'

const [url = '', clientId = '', clientSecret = '', refreshToken = '', writer = '', count = '0'] = process.argv.slice(2)
const place = drivePlace(url, { clientId, clientSecret, refreshToken })
await using store = await connectDrive(place, 'somebody', new AbortController().signal)
for (let index = 0; index < Number(count); index++)
  writeSync(1, (await writeLedgerEntry(store, `${writer} wrote ${index}`)) + '\n')
