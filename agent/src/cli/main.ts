import { homedir, tmpdir, userInfo } from 'node:os'
import { fileURLToPath } from 'node:url'
import { COMMANDS } from '@cloudos/protocol/registry'
import { findNodeFault } from '../node-version.ts'
import { VERSION } from '../version.ts'
import { runLine } from './run-line.ts'
import { verbsFrom } from './table.ts'
import type { World } from './world.ts'

/** From its sources it runs the agent's sources, from the bundle the bundle beside it. */
const AGENT = import.meta.url.endsWith('.ts') ? '../main.ts' : './agent.mjs'

function worldOfProcess(signal: AbortSignal): World {
  const { env, stdout, stderr } = process
  return {
    env,
    args: process.argv.slice(2),
    platform: process.platform,
    userHome: homedir(),
    temporaryFolder: tmpdir(),
    userName: userInfo().username,
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
    readSecret: async (question) => (await import('./read-secret.ts')).readSecret(question, process.stdin, signal),
    signal,
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    userId: process.getuid?.(),
    workFolder: process.cwd(),
    nodeFile: process.execPath,
    nodeVersion: process.versions.node,
    agentFile: fileURLToPath(new URL(AGENT, import.meta.url)),
    version: VERSION,
  }
}

function stopOnSignals(): AbortSignal {
  const stopped = new AbortController()
  const stop = (): void => {
    // Whoever asks twice does not want to wait for a tidy end.
    if (stopped.signal.aborted) process.exit(130)
    stopped.abort()
  }
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop)
  return stopped.signal
}

async function main(): Promise<number> {
  const fault = findNodeFault(process.versions.node, process.execPath)
  if (fault !== undefined) {
    process.stderr.write(fault + '\n')
    return 1
  }
  return runLine(worldOfProcess(stopOnSignals()), verbsFrom(COMMANDS))
}

// `cloudos logs | head`: who reads no more wants no more.
process.stdout.on('error', () => process.exit(0))
process.exit(await main())
