import type { JobEnd, JobPhase, JobView } from '@cloudos/protocol/job-state'
import type { Tone } from '../../ui/tone.ts'

const PHASES: Readonly<Record<JobPhase, { readonly text: string; readonly tone: Tone }>> = {
  created: { text: 'Asked for', tone: 'quiet' },
  queued: { text: 'Waiting', tone: 'quiet' },
  placed: { text: 'Placed', tone: 'quiet' },
  staging: { text: 'Getting ready', tone: 'info' },
  running: { text: 'Running', tone: 'info' },
  done: { text: 'Done', tone: 'good' },
  failed: { text: 'Failed', tone: 'bad' },
  lost: { text: 'Lost', tone: 'warn' },
  cancelled: { text: 'Cancelled', tone: 'quiet' },
}

export function phaseText(phase: JobPhase): string {
  return PHASES[phase].text
}

/** A program that says by its exit code that it did not succeed has not succeeded, although it ended by itself. */
export function runTone({ phase, end }: Pick<JobView, 'phase' | 'end'>): Tone {
  return phase === 'done' && (end?.exitCode ?? 0) !== 0 ? 'warn' : PHASES[phase].tone
}

export function hasEnded(phase: JobPhase): boolean {
  return phase === 'done' || phase === 'failed' || phase === 'lost' || phase === 'cancelled'
}

/** What a filter for trouble keeps. */
export function hasTrouble(job: Pick<JobView, 'phase' | 'end'>): boolean {
  const tone = runTone(job)
  return tone === 'bad' || tone === 'warn'
}

const LIMIT_WORDS: Readonly<Record<string, string>> = {
  fuel: 'its steps were used up',
  cpu: 'its computing time was used up',
  wall: 'it took longer than it may',
  memory: 'it wanted more memory than it may have',
  output: 'it wrote more than it may',
  files: 'it made more files than it may',
  disk: 'it took more disk than it may',
  processes: 'it started more processes than it may',
}

/** Why a job is over, in a sentence. */
export function endText({ reason, exitCode, says }: JobEnd): string {
  if (says !== undefined) return says
  if (reason === 'ok')
    return exitCode === 0 ? 'It ended by itself.' : `It ended by itself, with exit code ${String(exitCode)}.`
  if (reason === 'crash') return 'The program broke.'
  if (reason === 'cancelled') return 'It was cancelled.'
  if (reason === 'evicted') return 'It had to make room.'
  return `It was ended: ${LIMIT_WORDS[reason.slice('limit:'.length)] ?? 'it reached a limit'}.`
}

/** "340 ms", "12.4 s", "3 min 20 s" */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${String(Math.round(ms))} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  return `${String(Math.floor(ms / 60_000))} min ${String(Math.round((ms % 60_000) / 1_000))} s`
}

/** "812 B", "3.4 kB", "1.2 MB" */
export function bytesText(bytes: number): string {
  if (bytes < 1_000) return `${String(bytes)} B`
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, 'kB'] : [bytes / 1e6, 'MB']
  return `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`
}
