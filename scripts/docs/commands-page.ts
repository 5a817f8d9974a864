import { COMMANDS } from '@cloudos/protocol/registry'
import { sayFlag, sayPart, usageOf } from '@cloudos/agent/cli/help'
import { verbsFrom } from '@cloudos/agent/cli/table'
import type { Verb } from '@cloudos/agent/cli/verb'
import { format, resolveConfig } from 'prettier'

export const COMMANDS_PAGE = 'docs/commands.md'

/** The reference page of the `cloudos` command, made from what the command itself is made from. */
export async function commandsPage(root: string): Promise<string> {
  const verbs = verbsFrom(COMMANDS)
  const text = [HEAD, ...verbs.map(sectionOf)].join('\n\n')
  return format(text, { ...(await resolveConfig(`${root}/${COMMANDS_PAGE}`)), parser: 'markdown' })
}

const HEAD = `# Commands

Made by \`npm run commands-page\` from the command registry; the docs stage of \`npm test\` checks that it is current.

Results go to stdout, how it goes to stderr, always as plain text without colours. \`--json\` gives one line, \`{"cloudos":1,"command":…,"result":…}\` or
\`{"cloudos":1,"command":…,"error":{"code":…,"message":…}}\`; what comes bit by bit comes as lines with \`event\`.

| ends with | when |
|---|---|
| 0 | it was done |
| 1 | it was not done; the sentence says why |
| 2 | the line was wrong; the part is named |
| 3 | an approval was refused, did not fit, or its time was up |
| 4 | the profile is locked, or this device is in none |
| 5 | the agent, or the device that was named, does not answer |
| 8 | too much waits for an approval already |
| 130 | Ctrl-C |

Settings lie in \`$XDG_CONFIG_HOME/cloudos/config.json\`, what the agent keeps in \`$XDG_STATE_HOME/cloudos\`, its socket in
\`$XDG_RUNTIME_DIR\`; with \`CLOUDOS_HOME\` settings and state lie there.`

function sectionOf(verb: Verb): string {
  const parts = verb.parts.map(
    (part) =>
      `| \`${(part.isPlaced ? part.name.toUpperCase() : sayFlag(part)).replaceAll('|', '\\|')}\` | ${sayPart(part).replaceAll('|', '\\|')} |`,
  )
  return [
    `## ${verb.words.join(' ')}`,
    '',
    verb.says,
    '',
    '```text',
    usageOf(verb),
    '```',
    ...(parts.length === 0 ? [] : ['', '| part | what it is |', '|---|---|', ...parts]),
    '',
    `For example: ${verb.examples.map((example) => `\`${example}\``).join(', ')}`,
  ].join('\n')
}
