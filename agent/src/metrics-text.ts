import type { Dispatch } from './commands/dispatch.ts'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { RpcCall } from '@cloudos/mesh/rpc'
import type { Caller } from '@cloudos/protocol/grants'
import type { Log } from './log/log.ts'

/** A figure at one moment; `labels` tell apart those of one name. */
export interface Figure {
  readonly name: string
  readonly kind: 'counter' | 'gauge'
  readonly says: string
  readonly value: number
  readonly labels?: Readonly<Record<string, string>>
}

export interface CommandCounts {
  /** Runs everything `dispatch` runs, counts it, and writes one line of the log about it. */
  readonly counted: Dispatch
  figures(): readonly Figure[]
}

interface Count {
  readonly command: string
  readonly outcome: string
  times: number
  seconds: number
}

/** As the audit chain calls it. */
const UNKNOWN = 'unknown'

export interface CommandCountParts {
  readonly log: Log
  readonly monotonicMs: () => number
  readonly newTrace: () => string
  /** The commands that exist: what else a caller asks for is counted as unknown, as it may have put anything into the name. */
  readonly names: ReadonlySet<string>
}

/** A request without a trace gets one here, so that the log, the audit chain and whatever it sets off name the same thing. */
export function countCommands(
  dispatch: Dispatch,
  { log, monotonicMs, newTrace, names }: CommandCountParts,
): CommandCounts {
  const countByKey = new Map<string, Count>()
  const note = (command: string, outcome: string, ms: number): void => {
    const key = `${command} ${outcome}`
    const count = countByKey.get(key) ?? { command, outcome, times: 0, seconds: 0 }
    count.times++
    count.seconds += ms / 1000
    countByKey.set(key, count)
  }
  const counted = async (caller: Caller, call: RpcCall): Promise<Uint8Array> => {
    const { traceId: trace = newTrace() } = call.request
    const method = names.has(call.request.method) ? call.request.method : UNKNOWN
    const startedAtMs = monotonicMs()
    const end = (outcome: string): void => {
      const ms = monotonicMs() - startedAtMs
      note(method, outcome, ms)
      const level = outcome === 'ok' ? 'debug' : 'info'
      log.write(level, 'command', { trace, method, caller: caller.kind, outcome, ms: Number(ms.toFixed(2)) })
    }
    try {
      const result = await dispatch(caller, { ...call, request: { ...call.request, traceId: trace } })
      end('ok')
      return result
    } catch (cause) {
      end(cause instanceof CloudError ? cause.code : 'mistake')
      throw cause
    }
  }
  return { counted, figures: () => [...countByKey.values()].flatMap(figuresOf) }
}

function figuresOf({ command, outcome, times, seconds }: Count): readonly Figure[] {
  const labels = { command, outcome }
  return [
    { name: 'cloudos_commands_total', kind: 'counter', says: 'Commands that have ended.', value: times, labels },
    {
      name: 'cloudos_command_seconds_total',
      kind: 'counter',
      says: 'How long they took together.',
      value: seconds,
      labels,
    },
  ]
}

/** The text form of Prometheus, version 0.0.4: all figures of one name stand together. */
export function metricsText(figures: readonly Figure[]): string {
  const names = [...new Set(figures.map(({ name }) => name))]
  return names
    .flatMap((name) => {
      const same = figures.filter((figure) => figure.name === name)
      const [{ says, kind } = { says: '', kind: 'gauge' }] = same
      return [`# HELP ${name} ${says}`, `# TYPE ${name} ${kind}`, ...same.map(lineOf)]
    })
    .map((line) => line + '\n')
    .join('')
}

function lineOf({ name, labels = {}, value }: Figure): string {
  const inner = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`)
  return `${name}${inner.length === 0 ? '' : `{${inner.join(',')}}`} ${String(value)}`
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
