import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Form } from '@cloudos/protocol/form'
import { brokenWorld, findErrno } from './broken-world.ts'

/** What the owner may choose about the agent on this machine. */
export interface Setting {
  readonly name: 'log-level' | 'metrics' | 'port'
  readonly form: Form
  readonly says: string
  /** What holds while nothing is chosen, for a person. */
  readonly otherwise: string
}

export const SETTINGS: readonly Setting[] = [
  {
    name: 'log-level',
    form: { kind: 'one-of', codes: { debug: 1, info: 2, warn: 3, error: 4 } },
    says: 'How much the agent writes to its log. Holds from its next start',
    otherwise: 'info',
  },
  {
    name: 'metrics',
    form: { kind: 'one-of', codes: { on: 1, off: 2 } },
    says: 'Whether the agent answers `cloudos metrics`, over its private socket only. Holds at once',
    otherwise: 'off',
  },
  {
    name: 'port',
    form: { kind: 'uint', min: 1, max: 65535 },
    says: 'The port of the page. Holds from the next start',
    otherwise: 'the one of the first start',
  },
]

/** What was chosen, by the setting's name. */
export type OwnerConfig = Readonly<Partial<Record<Setting['name'], string>>>

/** Nothing where there is no file. Throws `CloudError` 'bad-config' for one that is damaged: guessing could move the port. */
export function readOwnerConfig(file: string): OwnerConfig {
  try {
    return parseOwnerConfig(readFileSync(file, 'utf8'), file)
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes(findErrno(cause) ?? '')) return {}
    throw brokenWorld(cause, file)
  }
}

/** Whole or not at all. */
export function writeOwnerConfig(file: string, config: OwnerConfig): void {
  const beside = `${file}.new`
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(beside, JSON.stringify(config, undefined, 2) + '\n', { mode: 0o600 })
    renameSync(beside, file)
  } catch (cause) {
    throw brokenWorld(cause, file)
  }
}

function parseOwnerConfig(text: string, file: string): OwnerConfig {
  const bad = (what: string): CloudError =>
    new CloudError(
      'bad-config',
      `The settings in ${file} cannot be used: ${what}. Nothing was changed. Correct the file, or remove it to use the usual ones.`,
    )
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    if (cause instanceof SyntaxError) throw bad('it is not JSON')
    throw cause
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw bad('it is not an object')
  const config: Partial<Record<Setting['name'], string>> = {}
  for (const [name, value] of Object.entries(json)) {
    const setting = SETTINGS.find((one) => one.name === name)
    if (setting === undefined) throw bad(`there is no setting "${name.slice(0, 40)}"`)
    if (typeof value !== 'string' || !fits(setting.form, value)) throw bad(`"${name}" has a value it does not take`)
    config[setting.name] = value
  }
  return config
}

function fits(form: Form, value: string): boolean {
  if (form.kind === 'one-of') return Object.hasOwn(form.codes, value)
  return form.kind === 'uint' && /^\d{1,5}$/.test(value) && Number(value) >= form.min && Number(value) <= form.max
}
