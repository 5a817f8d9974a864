import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { openCommand } from '@cloudos/protocol/commands'
import type { AgentDoor } from '../agent-door.ts'
import type { Errand } from '../errand.ts'
import { textOf } from '../json-fields.ts'

export interface Shown {
  /** The file that sends a browser to the page, signed in; it holds a link that works once. */
  readonly file: string
  /** Whether a browser was asked to open it. */
  readonly opened: boolean
  readonly lines: readonly string[]
}

/** Opens the page at a place, which is what stands behind its `#`, with a fresh one-time link, or says how to. */
export async function showPage(errand: Errand, door: AgentDoor, place: string): Promise<Shown> {
  const answer = await door.ask(openCommand, place === '/' ? {} : { place })
  const file = textOf(answer, 'file')
  const { opener } = errand.config
  if (opener !== undefined && (await startOpener(opener, file)))
    return { file, opened: true, lines: ['Opened in your browser.'] }
  if (errand.world.env['CLOUDOS_NO_OPEN'] === '1')
    return { file, opened: false, lines: [`Open this file in a browser: ${file}`] }
  return { file, opened: false, lines: linkLines(file) }
}

/** Resolves with whether it could be started; how it ends does not matter. */
function startOpener(opener: string, file: string): Promise<boolean> {
  const child = spawn(opener, [file], { stdio: 'ignore', detached: true })
  return new Promise((resolve) => {
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
    child.once('error', () => {
      resolve(false)
    })
  })
}

/** For a machine without a screen: the link itself, which its owner has asked for in their own terminal. */
function linkLines(file: string): readonly string[] {
  const link = /url=([^"]+)"/.exec(readFileSync(file, 'utf8'))?.[1] ?? file
  const port = /^http:\/\/localhost:(\d+)/.exec(link)?.[1] ?? ''
  return [
    `Open ${link}`,
    `From another machine, first: ssh -L ${port}:localhost:${port} ${hostname()}`,
    'The link works once, for ten minutes.',
  ]
}
