#!/usr/bin/env node
// Speaks the command line of libsecret's secret-tool, with a file for a keychain, and notes how it was called.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'

const folder = process.env.FAKE_KEYCHAIN
const file = `${folder}/items.json`
const [verb, ...rest] = process.argv.slice(2)
appendFileSync(`${folder}/calls.txt`, process.argv.slice(2).join(' ') + '\n')
if (existsSync(`${folder}/locked`)) {
  process.stderr.write('secret-tool: Cannot create an item in a locked collection\n')
  process.exit(1)
}
const items = new Map(existsSync(file) ? Object.entries(JSON.parse(readFileSync(file, 'utf8'))) : [])
const key = rest.filter((arg) => !arg.startsWith('--')).join(' ')
if (verb === 'store') items.set(key, readFileSync(0, 'utf8'))
else if (verb === 'lookup' && items.has(key)) process.stdout.write(items.get(key))
else if (verb !== 'clear' || !items.delete(key)) process.exit(1)
writeFileSync(file, JSON.stringify(Object.fromEntries(items)))
