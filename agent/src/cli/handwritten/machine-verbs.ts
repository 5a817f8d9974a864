import type { Part } from '../verb.ts'
import { asFlag, flag, textPart } from './parts.ts'
import type { Handwritten } from './parts.ts'

const LINK_BYTES = 4096
const shell: Part = {
  name: 'shell',
  says: 'For which shell',
  form: { kind: 'one-of', codes: { bash: 1, zsh: 2, fish: 3 } },
  isRequired: true,
  isPlaced: true,
}

/** The agent on this machine as a whole, and what it says of itself. */
export const MACHINE_VERBS: readonly Handwritten[] = [
  {
    words: ['up'],
    says: 'Start the agent on this machine and open its page.',
    examples: ['cloudos up', 'cloudos up --foreground', "cloudos up --pair 'LINK'"],
    parts: [
      flag('foreground', 'Stays in this terminal; Ctrl-C ends the agent'),
      textPart('pair', 'Joins the profile of the device that shows this link', asFlag, LINK_BYTES),
    ],
    needs: ['status', 'open', 'pair.join'],
    load: async () => (await import('../verbs/up.ts')).runUp,
  },
  {
    words: ['down'],
    says: 'Stop the agent on this machine; everything is saved.',
    examples: ['cloudos down'],
    parts: [],
    needs: ['down'],
    load: async () => (await import('../verbs/down.ts')).runDown,
  },
  {
    words: ['open'],
    says: 'Open the page, signed in by a link that works once.',
    examples: ['cloudos open', 'cloudos open --place /devices/add'],
    parts: [textPart('place', 'Where on the page to begin, such as /devices', asFlag, 128)],
    needs: ['open'],
    load: async () => (await import('../verbs/open.ts')).runOpen,
  },
  {
    words: ['logs'],
    says: 'Show what the agent has written to its log.',
    examples: ['cloudos logs', 'cloudos logs -f --level warn', 'cloudos logs --trace 00112233445566778899aabbccddeeff'],
    parts: [
      flag('follow', 'Stays and shows what comes', 'f'),
      {
        name: 'lines',
        says: 'How many of the last lines',
        form: { kind: 'uint', min: 0, max: 100_000 },
        letter: 'n',
        ...asFlag,
      },
      {
        name: 'level',
        says: 'Only what is at least this grave',
        form: { kind: 'one-of', codes: { debug: 1, info: 2, warn: 3, error: 4 } },
        ...asFlag,
      },
      {
        name: 'trace',
        says: 'Only what belongs to one act, by its trace id',
        form: { kind: 'hex', length: 16 },
        ...asFlag,
      },
    ],
    needs: [],
    load: async () => (await import('../verbs/logs.ts')).runLogs,
  },
  {
    words: ['doctor'],
    says: 'Look for what could stand in the way: clock, port, disk, browser, keys.',
    examples: ['cloudos doctor'],
    parts: [],
    needs: ['status'],
    load: async () => (await import('../verbs/doctor.ts')).runDoctor,
  },
  {
    words: ['bugreport'],
    says: 'Write what helps to find a mistake into a file, without secrets.',
    examples: ['cloudos bugreport', 'cloudos bugreport --out report.json'],
    parts: [textPart('out', 'The file to write; otherwise one with the time in its name, in this folder', asFlag)],
    needs: ['status'],
    load: async () => (await import('../verbs/bugreport.ts')).runBugreport,
  },
  {
    words: ['completion'],
    says: 'Print the lines that teach a shell to complete this command.',
    examples: ['cloudos completion bash', 'source <(cloudos completion bash)'],
    parts: [shell],
    needs: [],
    load: async () => (await import('../verbs/completion.ts')).runCompletion,
  },
  {
    words: ['version'],
    says: 'Say which version this is.',
    examples: ['cloudos version', 'cloudos version --json'],
    parts: [],
    needs: [],
    load: async () => (await import('../verbs/version.ts')).runVersion,
  },
]
