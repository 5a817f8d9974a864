import type { Form } from '@cloudos/protocol/form'
import { isolationTier } from '@cloudos/protocol/isolation-tier'
import { LIMITS } from '@cloudos/protocol/limits'
import { ADDED_KINDS } from '@cloudos/protocol/storage-commands'
import { SETTINGS } from '../owner-config.ts'
import type { Part, Unit, Verb } from './verb.ts'

/** A verb that does something around a command, or asks no agent at all. */
export interface Handwritten extends Verb {
  /** The commands it is made of: while one of them does not exist, neither does the verb. */
  readonly needs: readonly string[]
}

const LINK_BYTES = 4096
const settingName: Part = {
  name: 'name',
  says: 'Which setting',
  form: { kind: 'one-of', codes: Object.fromEntries(SETTINGS.map(({ name }, i) => [name, i + 1])) },
  isRequired: true,
  isPlaced: true,
}
const shell: Part = {
  name: 'shell',
  says: 'For which shell',
  form: { kind: 'one-of', codes: { bash: 1, zsh: 2, fish: 3 } },
  isRequired: true,
  isPlaced: true,
}

function flag(name: string, says: string, letter?: string): Part {
  return { name, says, form: { kind: 'flag' }, isRequired: false, isPlaced: false, ...(letter && { letter }) }
}

function textPart(name: string, says: string, how: Pick<Part, 'isRequired' | 'isPlaced'>, maxBytes = 4096): Part {
  return { name, says, form: { kind: 'text', maxBytes, isFit: (value) => value !== '' }, ...how }
}

const placed = { isRequired: true, isPlaced: true }
const asFlag = { isRequired: false, isPlaced: false }

const jobId: Part = {
  name: 'job-id',
  says: 'Which job',
  form: { kind: 'id', name: 'JobId', length: 16 },
  isRequired: true,
  isPlaced: true,
}
const offset: Part = {
  name: 'offset',
  says: 'Where in its log to begin',
  form: { kind: 'uint', min: 0, max: 2 ** 52 },
  ...asFlag,
}
const JOB_EXAMPLE = '00112233445566778899aabbccddeeff'

function amount(name: string, says: string, max: number, unit: Unit): Part {
  return { name, says, form: { kind: 'uint', min: 1, max }, unit, ...asFlag }
}

function texts(name: string, says: string, max: number): Part {
  const item: Form = { kind: 'text', maxBytes: 4096, isFit: () => true }
  return { name, says, form: { kind: 'list', item, min: 0, max }, ...asFlag }
}

export const HANDWRITTEN: readonly Handwritten[] = [
  {
    words: ['up'],
    says: 'Start the agent on this machine and open its page.',
    examples: ['cloudos up', 'cloudos up --foreground', "cloudos up --pair 'LINK'"],
    parts: [
      flag('foreground', 'Stays in this terminal; Ctrl-C ends the agent'),
      textPart('pair', 'Joins the profile of the device that shows this link', asFlag, LINK_BYTES),
    ],
    needs: ['status', 'open', 'pair.join'],
    load: async () => (await import('./verbs/up.ts')).runUp,
  },
  {
    words: ['down'],
    says: 'Stop the agent on this machine; everything is saved.',
    examples: ['cloudos down'],
    parts: [],
    needs: ['down'],
    load: async () => (await import('./verbs/down.ts')).runDown,
  },
  {
    words: ['open'],
    says: 'Open the page, signed in by a link that works once.',
    examples: ['cloudos open', 'cloudos open --place /devices/add'],
    parts: [textPart('place', 'Where on the page to begin, such as /devices', asFlag, 128)],
    needs: ['open'],
    load: async () => (await import('./verbs/open.ts')).runOpen,
  },
  {
    words: ['logs'],
    says: 'Show what the agent has written to its log.',
    examples: ['cloudos logs', 'cloudos logs -f --level warn', `cloudos logs --trace ${JOB_EXAMPLE}`],
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
    load: async () => (await import('./verbs/logs.ts')).runLogs,
  },
  {
    words: ['doctor'],
    says: 'Look for what could stand in the way: clock, port, disk, browser, keys.',
    examples: ['cloudos doctor'],
    parts: [],
    needs: ['status'],
    load: async () => (await import('./verbs/doctor.ts')).runDoctor,
  },
  {
    words: ['bugreport'],
    says: 'Write what helps to find a mistake into a file, without secrets.',
    examples: ['cloudos bugreport', 'cloudos bugreport --out report.json'],
    parts: [textPart('out', 'The file to write; otherwise one with the time in its name, in this folder', asFlag)],
    needs: ['status'],
    load: async () => (await import('./verbs/bugreport.ts')).runBugreport,
  },
  {
    words: ['completion'],
    says: 'Print the lines that teach a shell to complete this command.',
    examples: ['cloudos completion bash', 'source <(cloudos completion bash)'],
    parts: [shell],
    needs: [],
    load: async () => (await import('./verbs/completion.ts')).runCompletion,
  },
  {
    words: ['version'],
    says: 'Say which version this is.',
    examples: ['cloudos version', 'cloudos version --json'],
    parts: [],
    needs: [],
    load: async () => (await import('./verbs/version.ts')).runVersion,
  },
  {
    words: ['config', 'list'],
    says: 'List the settings of the agent on this machine.',
    examples: ['cloudos config list'],
    parts: [],
    needs: [],
    load: async () => (await import('./verbs/config.ts')).runConfigList,
  },
  {
    words: ['config', 'get'],
    says: 'Print one setting.',
    examples: ['cloudos config get port'],
    parts: [settingName],
    needs: [],
    load: async () => (await import('./verbs/config.ts')).runConfigGet,
  },
  {
    words: ['config', 'set'],
    says: 'Change one setting.',
    examples: ['cloudos config set metrics on', 'cloudos config set port 7500'],
    parts: [settingName, textPart('value', 'What it should be', placed, 64)],
    needs: [],
    load: async () => (await import('./verbs/config.ts')).runConfigSet,
  },
  {
    words: ['service', 'install'],
    says: 'Let the system start the agent with your session: systemd or launchd.',
    examples: ['cloudos service install'],
    parts: [],
    needs: ['down'],
    load: async () => (await import('./verbs/service.ts')).runServiceInstall,
  },
  {
    words: ['service', 'remove'],
    says: 'Let the system no longer start the agent.',
    examples: ['cloudos service remove'],
    parts: [],
    needs: [],
    load: async () => (await import('./verbs/service.ts')).runServiceRemove,
  },
  {
    words: ['service', 'status'],
    says: 'Say whether the system starts the agent.',
    examples: ['cloudos service status'],
    parts: [],
    needs: [],
    load: async () => (await import('./verbs/service.ts')).runServiceStatus,
  },
  {
    words: ['device', 'pair'],
    says: 'Make a link for another machine, and open the page to let it in.',
    examples: ['cloudos device pair'],
    parts: [],
    needs: ['status', 'open', 'pair.invite', 'pair.watch'],
    load: async () => (await import('./verbs/device-pair.ts')).runDevicePair,
  },
  {
    words: ['device', 'show'],
    says: 'Tell of one device what the profile knows, and of this one what it can do.',
    examples: ['cloudos device show', 'cloudos device show nas-attic'],
    parts: [textPart('device', 'Its name or its id; otherwise this one', { isRequired: false, isPlaced: true }, 64)],
    needs: ['status', 'device.list', 'device.capabilities'],
    load: async () => (await import('./verbs/device-show.ts')).runDeviceShow,
  },
  {
    words: ['job', 'run'],
    says: 'Run a WebAssembly program, and show what it writes.',
    examples: [
      'cloudos job run sample',
      'cloudos job run ./prog.wasm --arg hello --in notes.txt --mem 64MiB --wall 10s',
      'cloudos job run sample --on nas-attic --detach',
    ],
    parts: [
      textPart('program', 'The file of a WebAssembly module, or `sample`', placed),
      texts('arg', 'An argument for the program', LIMITS.jobArgsMax),
      texts('in', 'A file that it may read; one called stdin is also its standard input', LIMITS.jobInputsMax),
      amount('mem', 'The memory it may have', LIMITS.jobMemoryMaxMiB, 'mebibytes'),
      amount('wall', 'How long it may take', LIMITS.jobMaxLifeMs, 'milliseconds'),
      amount('cpu', 'How long it may compute', LIMITS.jobMaxLifeMs, 'milliseconds'),
      amount('output', 'How much it may write', LIMITS.jobOutputMaxBytes, 'bytes'),
      textPart('on', 'The device to run on, by name or id; otherwise one is chosen', asFlag, 64),
      { name: 'min-tier', says: 'Refused rather than held by less', form: isolationTier.form, ...asFlag },
      flag('never-twice', 'After a crash in the middle it is not run again'),
      flag('detach', 'Does not wait for its end', 'd'),
    ],
    needs: ['job.run', 'job.put', 'job.attach'],
    load: async () => (await import('./verbs/job-run.ts')).runJobRun,
  },
  {
    words: ['job', 'attach'],
    says: 'Follow a job and its log until it has ended.',
    examples: [`cloudos job attach ${JOB_EXAMPLE}`],
    parts: [jobId, offset],
    needs: ['job.attach'],
    load: async () => (await import('./verbs/job-follow.ts')).runJobAttach,
  },
  {
    words: ['job', 'logs'],
    says: 'Print what a job has written.',
    examples: [`cloudos job logs ${JOB_EXAMPLE}`, `cloudos job logs ${JOB_EXAMPLE} -f`],
    parts: [jobId, offset, flag('follow', 'Stays until the job has ended', 'f')],
    needs: ['job.logs'],
    load: async () => (await import('./verbs/job-look.ts')).runJobLogs,
  },
  {
    words: ['job', 'why'],
    says: 'Say why a job runs where it runs, and not elsewhere.',
    examples: [`cloudos job why ${JOB_EXAMPLE}`],
    parts: [jobId],
    needs: ['job.show'],
    load: async () => (await import('./verbs/job-look.ts')).runJobWhy,
  },
  {
    words: ['job', 'output'],
    says: 'Fetch a file that a job has left.',
    examples: [`cloudos job output ${JOB_EXAMPLE} result.txt`],
    parts: [
      jobId,
      textPart('name', 'The name it has there', placed, 255),
      textPart('out', 'The file to write', asFlag),
    ],
    needs: ['job.output'],
    load: async () => (await import('./verbs/job-look.ts')).runJobOutput,
  },
  {
    words: ['storage', 'add'],
    says: 'Keep a copy of the profile, sealed, in one more place.',
    examples: [
      'cloudos storage add folder /media/stick/cloudos',
      'cloudos storage add webdav https://cloud.example.org/dav/cloudos --account robin',
      'cloudos storage add s3 https://s3.example.org/bucket/cloudos --account KEYID --secret-file key.txt',
    ],
    parts: [
      { name: 'kind', says: 'What it is', form: { kind: 'one-of', codes: ADDED_KINDS }, ...placed },
      textPart('where', 'The whole path of a folder that exists, or the address of the place', placed, 1024),
      textPart('account', 'As whom to sign in there: a user name, or the id of an access key', asFlag, 320),
      textPart('secret-file', 'The file with its password, secret key or token; without it you are asked', asFlag),
    ],
    needs: ['storage.add'],
    load: async () => (await import('./verbs/storage-add.ts')).runStorageAdd,
  },
  {
    words: ['audit', 'verify'],
    says: 'Check an audit file, with nothing but the file: what is missing, changed or forged.',
    examples: ['cloudos audit verify audit.jsonl'],
    parts: [
      textPart('file', 'The file that audit export has written, or the folder that an agent keeps', placed),
      {
        name: 'tip-seq',
        says: 'The newest entry that was there before',
        form: { kind: 'uint', min: 1, max: 2 ** 52 },
        ...asFlag,
      },
      { name: 'tip-hash', says: 'Its hash', form: { kind: 'hex', length: 32 }, ...asFlag },
    ],
    needs: ['audit.export'],
    load: async () => (await import('./verbs/audit.ts')).runAuditVerify,
  },
  {
    words: ['audit', 'export'],
    says: 'Write all that this agent decided into a file, as it can be verified offline.',
    examples: ['cloudos audit export audit.jsonl'],
    parts: [textPart('out', 'The file to write', placed)],
    needs: ['audit.export'],
    load: async () => (await import('./verbs/audit.ts')).runAuditExport,
  },
  {
    words: ['device', 'revoke'],
    says: 'Open the page where a device is removed: only the page can do it.',
    examples: ['cloudos device revoke nas-attic'],
    parts: [textPart('device', 'Its name or its id', placed, 64)],
    needs: ['status', 'open'],
    load: async () => (await import('./verbs/device-revoke.ts')).runDeviceRevoke,
  },
]
