#!/usr/bin/env node
// Reads an export of CloudOS with nothing but Node: `node read-export.mjs everything.jsonl [folder]`.
// Says what is in it; with a folder, writes each document there as JSON and as a Yjs update.
// The format: export-format.md, beside this file.
import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'

const [file, folder] = process.argv.slice(2)
if (!file) stop('Usage: node read-export.mjs FILE [FOLDER]', 2)
if (folder) mkdirSync(folder, { recursive: true })

const hash = createHash('sha256')
const counts = {}
const documents = []
let lines = 0
let first
let end

for await (const text of createInterface({ input: createReadStream(file) })) {
  const line = parse(text)
  if (end) stop('Something follows the last line.')
  if (line.kind === 'end') {
    end = line
    continue
  }
  if (lines === 0) first = line
  hash.update(`${text}\n`)
  lines += 1
  counts[line.kind] = (counts[line.kind] ?? 0) + 1
  if (line.kind === 'document') keep(line)
}

if (first?.kind !== 'export') stop('This is no export of CloudOS.')
if (first.version !== 1) stop(`Written by a newer CloudOS (version ${first.version} of the format).`)
if (!end) stop('The file was cut off: its last line is missing.')
if (end.lines !== lines || end.sha256 !== hash.digest('hex')) stop('The file was changed or lost lines on the way.')
console.log(JSON.stringify({ profileId: first.profileId, at: first.at, counts, documents }, null, 2))

function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return stop(`Line ${lines + 1} is no JSON: the file was cut off or changed.`)
  }
}

function keep({ docId, name = docId, content, update }) {
  documents.push({ docId, name, roots: Object.keys(content) })
  if (!folder) return
  writeFileSync(join(folder, `${docId}.json`), JSON.stringify(content, null, 2))
  writeFileSync(join(folder, `${docId}.yjs`), Buffer.from(update, 'base64'))
}

function stop(why, code = 1) {
  console.error(why)
  process.exit(code)
}
