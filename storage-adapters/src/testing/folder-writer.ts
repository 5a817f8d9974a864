/** A process of its own that writes entries into a folder until it is done or killed, and prints the name of each acknowledged one. */
import { writeSync } from 'node:fs'
import process from 'node:process'
import { connectFolder } from '../folder.ts'
import { writeLedgerEntry } from '../suite/ledger.ts'

const [path = '', writer = '', count = '0'] = process.argv.slice(2)
await using store = await connectFolder(path, 'disk')
for (let index = 0; index < Number(count); index++)
  writeSync(1, (await writeLedgerEntry(store, `${writer} wrote ${index}`)) + '\n')
