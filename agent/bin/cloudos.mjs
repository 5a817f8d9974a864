#!/usr/bin/env node
// Committed, because npm links a command when it installs, which is before anything is built.
import { existsSync } from 'node:fs'
import process from 'node:process'

const bundle = new URL('../dist/cloudos.mjs', import.meta.url)
if (existsSync(bundle)) await import(bundle.href)
else {
  process.stderr.write('CloudOS is not built in this folder yet. Build it with: npm run build\n')
  process.exitCode = 1
}
