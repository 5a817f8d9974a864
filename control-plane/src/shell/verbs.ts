import type { AnyCommand, Effect } from '@cloudos/protocol/command'
import { GRANTS_BY_CALLER, holdsGrant } from '@cloudos/protocol/grants'
import { COMMANDS } from '@cloudos/protocol/registry'
import type { Action } from './actions.ts'

/** One entry for every command of the registry; `choose` is told which was chosen. */
export function verbActions(choose: (command: AnyCommand) => void): readonly Action[] {
  return COMMANDS.map((command) => ({
    id: 'command-' + command.name,
    group: 'Do',
    label: command.says.replace(/\.$/, ''),
    icon: 'arrow',
    hint: lineOf(command),
    run: () => {
      choose(command)
    },
  }))
}

/** Whether a page may ask an agent for it; the others are for the terminal of the machine itself. */
export function isForPages(command: AnyCommand): boolean {
  return holdsGrant(GRANTS_BY_CALLER.page, command.grant)
}

/** `device rename`, as on the command line. */
export function lineOf({ name }: AnyCommand): string {
  return name.replaceAll('.', ' ')
}

/** Why it is asked once more, for what reaches further than this profile's own state; absent for what does not. */
export function warningOf(effect: Effect): string | undefined {
  switch (effect) {
    case 'reads':
    case 'writes':
      return undefined
    case 'leaves':
      return 'This touches something outside your profile: a place, a file or a program of the machine.'
    case 'spends':
      return 'This can cost money, or take capacity that is somebody else’s.'
    case 'controls':
      return 'This decides who or what has a say over your profile and its devices.'
  }
}
