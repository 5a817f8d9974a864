import { joinCommand } from '@cloudos/protocol/agent-commands'
import type { AgentDoor } from '../agent-door.ts'
import type { Errand } from '../errand.ts'
import { textsOf } from '../json-fields.ts'

/** Takes this device into the profile of the device that made the link, once its owner has said there that the words are the same. */
export async function joinByLink(link: string, errand: Errand, door: AgentDoor): Promise<void> {
  await door.ask(
    joinCommand,
    { link },
    {
      signal: errand.world.signal,
      onEvent: (event) => {
        errand.note(`Compare on both screens: ${textsOf(event, 'words').join(' · ')}`)
        errand.note('Confirm there when they are the same.')
      },
    },
  )
}
