import { cp, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { built, surroundingsOf, whenReady } from './agent-process.ts'
import type { AgentProcess } from './agent-process.ts'
import { eventually } from './eventually.ts'
import { createHome } from './home.ts'
import { startProgram } from './program.ts'
import type { Program } from './program.ts'

/** One home whose agent can be told the moment at which it is to die. Its bundle is a copy, so that its job-hosts are known by their file. */
export interface KillGround extends AsyncDisposable {
  start(): Promise<AgentProcess>
  /** A start that is meant to die. */
  launch(): Promise<Program>
  /** `before PHASE NAME` or `after PHASE NAME`; '' lets it live. */
  killAt(moment: string): Promise<void>
  /** How often a job of that tag has been handed to a job-host. */
  toldOf(tag: string): Promise<number>
  /** Waits for the job-hosts of an agent that is gone; answers how many are left in the end. */
  orphans(): Promise<number>
}

const root = join(import.meta.dirname, '../..')

export async function createKillGround(): Promise<KillGround> {
  await built()
  const home = await createHome()
  const bundle = join(home.runtimeFolder, 'bundle')
  const [killAt, told] = [join(home.runtimeFolder, 'kill-at'), join(home.runtimeFolder, 'told')]
  await cp(join(root, 'agent/dist'), bundle, { recursive: true })
  await symlink(join(root, 'control-plane/dist'), join(bundle, 'page'))
  for (const file of [killAt, told]) await writeFile(file, '')
  const launch = (): Promise<Program> =>
    startProgram({
      file: process.execPath,
      args: ['--max-semi-space-size=1', '--import', join(import.meta.dirname, 'kill-at.ts'), join(bundle, 'agent.mjs')],
      env: { ...surroundingsOf(home), CLOUDOS_KILL_AT: killAt, CLOUDOS_TOLD: told },
    })
  return {
    launch,
    start: async () => whenReady(home, await launch(), performance.now()),
    killAt: (moment) => writeFile(killAt, moment),
    toldOf: async (tag) => (await readFile(told, 'utf8')).split('\n').filter((line) => line === tag).length,
    orphans: async () => {
      const none = eventually('no job-host is left', async () => (await hostsOf(bundle)) === 0 || undefined)
      return none.then(
        () => 0,
        () => hostsOf(bundle),
      )
    },
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  }
}

/** By the file they were started with, or that lies in their jail. */
async function hostsOf(bundle: string): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const seen = await Promise.all(
    pids.map(async (pid) => {
      const files = await Promise.all([`/proc/${pid}/cmdline`, `/proc/${pid}/mountinfo`].map(textOf))
      return files.some((text) => text.includes(bundle))
    }),
  )
  return seen.filter(Boolean).length
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) return '' // gone meanwhile, or somebody else's
    throw cause
  }
}
