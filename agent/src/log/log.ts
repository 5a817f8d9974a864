import { isSecretName, redact, REDACTED } from './redact.ts'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/**
 * Something that must not be written anywhere. `reveal` is the only way to it: as text, as JSON and when inspected it is "[redacted]".
 */
export class Secret<T> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  reveal(): T {
    return this.#value
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED
  }
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined | Secret<unknown>>>

/** Writes one JSON line for each thing that happened. `trace` is the same for all that one request has led to. */
export interface Log {
  write(level: LogLevel, event: string, fields?: LogFields): void
}

export interface LogParts {
  readonly level: LogLevel
  readonly nowMs: () => number
  readonly append: (line: string) => void
}

/** Everything passes the redactor, whoever wrote it. */
export function createLog({ level, nowMs, append }: LogParts): Log {
  const least = LOG_LEVELS.indexOf(level)
  return {
    write: (at, event, fields = {}) => {
      if (LOG_LEVELS.indexOf(at) < least) return
      const line = { at: new Date(nowMs()).toISOString(), level: at, event: redact(event), ...safe(fields) }
      append(JSON.stringify(line) + '\n')
    },
  }
}

function safe(fields: LogFields): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]): readonly [string, unknown] => {
      if (typeof value !== 'string') return [name, value]
      return [name, isSecretName(name) ? REDACTED : redact(value)]
    }),
  )
}
