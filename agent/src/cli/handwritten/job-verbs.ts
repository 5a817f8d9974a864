import type { Form } from '@cloudos/protocol/form'
import { isolationTier } from '@cloudos/protocol/isolation-tier'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Part, Unit } from '../verb.ts'
import { asFlag, flag, placed, textPart } from './parts.ts'
import type { Handwritten } from './parts.ts'

const JOB_EXAMPLE = '00112233445566778899aabbccddeeff'
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
function amount(name: string, says: string, max: number, unit: Unit): Part {
  return { name, says, form: { kind: 'uint', min: 1, max }, unit, ...asFlag }
}
function texts(name: string, says: string, max: number): Part {
  const item: Form = { kind: 'text', maxBytes: 4096, isFit: () => true }
  return { name, says, form: { kind: 'list', item, min: 0, max }, ...asFlag }
}

/** Work, and what it left. */
export const JOB_VERBS: readonly Handwritten[] = [
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
    load: async () => (await import('../verbs/job-run.ts')).runJobRun,
  },
  {
    words: ['job', 'attach'],
    says: 'Follow a job and its log until it has ended.',
    examples: [`cloudos job attach ${JOB_EXAMPLE}`],
    parts: [jobId, offset],
    needs: ['job.attach'],
    load: async () => (await import('../verbs/job-follow.ts')).runJobAttach,
  },
  {
    words: ['job', 'logs'],
    says: 'Print what a job has written.',
    examples: [`cloudos job logs ${JOB_EXAMPLE}`, `cloudos job logs ${JOB_EXAMPLE} -f`],
    parts: [jobId, offset, flag('follow', 'Stays until the job has ended', 'f')],
    needs: ['job.logs'],
    load: async () => (await import('../verbs/job-look.ts')).runJobLogs,
  },
  {
    words: ['job', 'why'],
    says: 'Say why a job runs where it runs, and not elsewhere.',
    examples: [`cloudos job why ${JOB_EXAMPLE}`],
    parts: [jobId],
    needs: ['job.show'],
    load: async () => (await import('../verbs/job-look.ts')).runJobWhy,
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
    load: async () => (await import('../verbs/job-look.ts')).runJobOutput,
  },
]
