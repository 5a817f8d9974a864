import { setTimeout as delay } from 'node:timers/promises'
import { createDice } from '@cloudos/crypto/testing/seeded'
import type { Dice } from '@cloudos/crypto/testing/seeded'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { attachJobCommand, listJobsCommand, runJobCommand, showJobCommand } from '@cloudos/protocol/job-commands'
import type { JobRequest } from '@cloudos/protocol/job-commands'
import type { JobView } from '@cloudos/protocol/job-state'
import type { AgentProcess } from './agent-process.ts'
import { eventually } from './eventually.ts'
import { createKillGround } from './job-killing.ts'
import type { KillGround } from './job-killing.ts'
import type { Program } from './program.ts'

export interface JobKillReport {
  readonly rounds: number
  /** Job-hosts that outlived their agent. */
  readonly orphans: number
  /** Never-twice jobs that were handed to a job-host more than once. */
  readonly doubled: readonly string[]
  /** Jobs that were not in the state they had to be in, right after the restart or in the end, and which they were in. */
  readonly wrong: readonly string[]
}

/** Where in a job's life its agent is ended, and what has to be known of a never-twice job then. */
export const KILL_POINTS = [
  { at: 'before queued', says: 'before it is written down', isLost: false },
  { at: 'after queued', says: 'queued', isLost: false },
  { at: 'after placed', says: 'placed, by the restart that takes it up', isLost: false },
  { at: 'after staging', says: 'staging', isLost: false },
  { at: 'before running', says: 'before "running" is written down', isLost: false },
  { at: 'after running', says: 'between "running" in the journal and the program', isLost: true },
  { at: 'while running', says: 'while it runs', isLost: true },
  { at: 'before done', says: 'between the result and its receipt', isLost: true },
  { at: 'after done', says: 'after its receipt', isLost: false },
] as const

export type KillPoint = (typeof KILL_POINTS)[number]

const RUNNING_MAX_MS = 40

/**
 * So many rounds: two jobs, one of which may never run twice, are asked for, and the agent dies (`kill -9`) at that point of the life of
 * one of them. What it had handed to job-hosts was noted outside of it.
 */
export async function runJobKillRounds(point: KillPoint, rounds: number, seed: number): Promise<JobKillReport> {
  await using stack = new AsyncDisposableStack()
  const ground = stack.use(await createKillGround())
  const start = async (): Promise<AgentProcess> => stack.use(await ground.start())
  let agent = await start()
  const dice = createDice(seed)
  const report = { rounds, orphans: 0, doubled: new Array<string>(), wrong: new Array<string>() }
  for (let round = 0; round < rounds; round++) {
    const jobs = [true, false].map((neverTwice) => requestOf(point, round, neverTwice, dice))
    const victim = dice.pick(jobs)
    const killing = { point, agent, victim, ground, dice }
    const told = await killWith(dice.shuffle(jobs), killing)
    report.orphans += await ground.orphans()
    await ground.killAt('')
    agent = await start()
    report.wrong.push(...(await lookRightAfter(point, agent, victim, told)))
    for (const request of jobs) {
      const tag = tagOf(request)
      const ended = await endOf(agent, request)
      const runs = await ground.toldOf(tag)
      if (request.neverTwice === true && runs > 1) report.doubled.push(tag)
      if (!isRight(ended, runs)) report.wrong.push(`${tag}: ${ended.phase} after ${String(runs)} runs`)
    }
    const { jobs: listed } = await agent.call(listJobsCommand, { limit: 200 })
    const names = listed.map(({ name }) => name)
    report.wrong.push(...names.filter((name, at) => names.indexOf(name) !== at).map((name) => `${name}: two jobs`))
  }
  await agent.stop()
  return report
}

function requestOf({ at }: KillPoint, round: number, neverTwice: boolean, dice: Dice): JobRequest {
  const name = `${at.replace(' ', '-')}-${String(round)}-${neverTwice ? 'once' : 'again'}`
  return {
    name,
    program: { kind: 'builtin', name: 'sample' },
    args: [at === 'while running' ? '100000' : '100', `tag:${name}`],
    neverTwice,
    key: hexFromBytes(dice.bytes(16)),
  }
}

const tagOf = ({ name }: JobRequest): string => `tag:${name}`

interface Killing {
  readonly point: KillPoint
  readonly agent: AgentProcess
  readonly victim: JobRequest
  readonly ground: KillGround
  readonly dice: Dice
}

/** Resolves, when the agent is dead, with how often the victim had been handed over. */
async function killWith(jobs: readonly JobRequest[], { point, agent, victim, ground, dice }: Killing): Promise<number> {
  const isAtRestart = point.at === 'after placed'
  const isFromOutside = point.at === 'while running'
  if (!isFromOutside) await ground.killAt(`${isAtRestart ? 'after staging' : point.at} ${victim.name}`)
  const asked = jobs.map((request) => agent.call(runJobCommand, request).catch(expectDisconnected))
  if (isFromOutside) {
    await eventually('it runs', async () => (await ground.toldOf(tagOf(victim))) > 0 || undefined)
    await delay(dice.below(RUNNING_MAX_MS))
    await agent.end('SIGKILL')
  }
  await untilDead(agent)
  await Promise.all(asked)
  if (isAtRestart) {
    await ground.killAt(`after placed ${victim.name}`)
    await using dying = await ground.launch()
    await untilDead(dying)
  }
  return ground.toldOf(tagOf(victim))
}

async function untilDead({ ended }: Program): Promise<void> {
  let isDead = false
  void ended.then(() => {
    isDead = true
  })
  await eventually('the agent dies', () => Promise.resolve(isDead || undefined))
}

function expectDisconnected(cause: unknown): void {
  if (!(cause instanceof CloudError) || cause.code !== 'disconnected') throw cause
}

/** The first thing that is asked of the agent when it is back. */
async function lookRightAfter(
  point: KillPoint,
  agent: AgentProcess,
  victim: JobRequest,
  told: number,
): Promise<readonly string[]> {
  const { jobs } = await agent.call(listJobsCommand, { limit: 200 })
  const found = jobs.find(({ name }) => name === victim.name)
  const is = found === undefined ? 'absent' : `${found.phase} at attempt ${String(found.attempt)}`
  return wantedOf(point, victim, told).includes(is) ? [] : [`${victim.name}, right after the restart: ${is}`]
}

function wantedOf({ at, isLost }: KillPoint, { neverTwice }: JobRequest, told: number): readonly string[] {
  if (at === 'before queued') return ['absent']
  const goesOn = ['queued', 'placed', 'staging', 'running', 'done']
  if (at === 'after done' || (at === 'while running' && told === 0)) return ['done at attempt 1']
  if (!isLost) return goesOn.map((phase) => `${phase} at attempt 1`)
  // The shortest of programs may have ended before a blow from outside.
  const before = at === 'while running' ? ['done at attempt 1'] : []
  return [...before, ...(neverTwice === true ? ['lost at attempt 1'] : goesOn.map((phase) => `${phase} at attempt 2`))]
}

/** Asked for again with the same key, which gives the same job, and followed to its end. */
async function endOf(agent: AgentProcess, request: JobRequest): Promise<JobView> {
  const { jobId } = await agent.call(runJobCommand, request)
  await agent.call(attachJobCommand, { jobId })
  const { job, hasReceipt } = await agent.call(showJobCommand, { jobId })
  return job.phase === 'done' && !hasReceipt ? { ...job, phase: 'failed' } : job
}

function isRight({ phase, neverTwice }: JobView, runs: number): boolean {
  if (phase === 'lost') return neverTwice
  return phase === 'done' && runs >= 1 && (runs === 1 || !neverTwice)
}
