import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeInvitation } from '@cloudos/protocol/invitation'
import type { Invitation } from '@cloudos/protocol/invitation'
import { brokenWorld } from './broken-world.ts'

/**
 * A file that only its owner can read and that sends their browser to the page with a secret. The secret is in no argument list, in no
 * history of the shell, and the part behind # never leaves the browser.
 */
export function writeOpenLink(runFolder: string, page: string, invitation: Invitation, place = '/'): string {
  const file = join(runFolder, 'open.html')
  try {
    mkdirSync(runFolder, { recursive: true, mode: 0o700 })
    writeFileSync(file, redirectTo(pageLink(page, invitation, place)), { mode: 0o600 })
    chmodSync(file, 0o600)
  } catch (cause) {
    throw brokenWorld(cause, file)
  }
  return file
}

/** The page reads what is behind `#open=`, drops it from the address bar at once, and goes to the place after it. */
export function pageLink(page: string, invitation: Invitation, place = '/'): string {
  return `${page}/#open=${encodeInvitation(invitation).replace(/^cloudos:pair\?/, '')}${place === '/' ? '' : place}`
}

function redirectTo(link: string): string {
  return `<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0;url=${link}">
<title>CloudOS</title>
<p>Opening <a href="${link}">CloudOS</a> …</p>
`
}
