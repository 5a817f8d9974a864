import { inviteCommand, statusCommand, watchPairingCommand } from '@cloudos/protocol/commands'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Json } from '@cloudos/protocol/json-record'
import type { AgentDoor } from '../agent-door.ts'
import type { Errand } from '../errand.ts'
import { fieldOf, textOf, textsOf } from '../json-fields.ts'
import type { Given, Outcome } from '../verb.ts'
import { showPage } from './page.ts'

/**
 * Makes the link and waits for the machine it is for; then the page is opened, because only there is the root that can let somebody in.
 */
export async function runDevicePair(_given: Given, errand: Errand): Promise<Outcome> {
  const door = await errand.openDoor()
  await requireProfile(door)
  const invitation = await door.ask(inviteCommand, {})
  const link = textOf(invitation, 'link')
  errand.note('On the other machine, run:')
  errand.show({ link, expiresAtMs: fieldOf(invitation, 'expiresAtMs') ?? 0 }, [`cloudos up --pair '${link}'`])
  errand.note('Waiting for it. The link works once, for ten minutes.')
  const waiting = await nextWaiting(door, errand.world.signal)
  const name = textOf(waiting, 'name')
  const words = textsOf(waiting, 'words')
  errand.note(`${name} asks to be let in and shows: ${words.join(' · ')}`)
  const shown = await showPage(errand, door, '/devices/add')
  return {
    result: { name, words, file: shown.file, opened: shown.opened },
    lines: [...shown.lines, 'This machine holds no root: let it in on the page when both screens show these words.'],
  }
}

export async function requireProfile(door: AgentDoor): Promise<Json> {
  const status = await door.ask(statusCommand, {})
  if (fieldOf(status, 'profileId') !== undefined) return status
  throw new CloudError('no-profile', 'This device is in no profile yet. Make one on its page: cloudos open')
}

async function nextWaiting(door: AgentDoor, signal: AbortSignal): Promise<Json> {
  const found = Promise.withResolvers<Json>()
  const heard = new AbortController()
  const asked = door.ask(
    watchPairingCommand,
    {},
    { signal: AbortSignal.any([signal, heard.signal]), onEvent: found.resolve },
  )
  asked.catch(found.reject)
  const waiting = await found.promise
  heard.abort()
  return waiting
}
