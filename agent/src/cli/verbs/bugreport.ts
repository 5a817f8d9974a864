import { keyFileSecrets } from '../../keychain/key-file.ts'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { statusCommand } from '@cloudos/protocol/commands'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Json } from '@cloudos/protocol/json-record'
import { brokenWorld } from '../../broken-world.ts'
import { isSecretName, redact, REDACTED } from '../../log/redact.ts'
import { readOwnerConfig } from '../../owner-config.ts'
import { findAll } from '../checks.ts'
import type { Errand } from '../errand.ts'
import type { Given, Outcome } from '../verb.ts'
import { parseLines } from './logs.ts'

const LOG_LINES = 200

/**
 * Everything passes the redactor, names of the machine and its user are replaced, and before the file is written it is searched for this
 * device's own secrets: with one of them inside, nothing is written.
 */
export async function runBugreport(given: Given, errand: Errand): Promise<Outcome> {
  const { world } = errand
  const report = JSON.stringify(await collect(errand), (name, value: unknown) => clean(name, value, errand), 2) + '\n'
  const leaked = secretsOf(errand).find((secret) => report.includes(secret))
  if (leaked !== undefined)
    throw new CloudError(
      'would-leak',
      'The report would have held a secret of this device. Nothing was written. Tell us in words what happened.',
    )
  const time = new Date(world.nowMs()).toISOString().slice(0, 19).replaceAll(':', '-')
  const chosen = given.get('out')
  const file = resolve(world.workFolder, typeof chosen === 'string' ? chosen : `cloudos-report-${time}.json`)
  try {
    writeFileSync(file, report, { mode: 0o600 })
  } catch (cause) {
    throw brokenWorld(cause, file)
  }
  return { result: { file }, lines: [`Written: ${file}`, 'Read it before you send it to anybody.'] }
}

async function collect(errand: Errand): Promise<Json> {
  const { world, config } = errand
  const findings = await findAll(errand)
  return {
    cloudos: world.version,
    node: world.nodeVersion,
    platform: world.platform,
    at: new Date(world.nowMs()).toISOString(),
    settings: { ...readOwnerConfig(config.configFile) },
    findings: findings.map((finding) => ({ ...finding })),
    status: await findStatus(errand),
    log: parseLines(textIn(config.logFile)).slice(-LOG_LINES),
    lastStart: textIn(join(config.homeFolder, 'logs', 'start.txt')),
  }
}

async function findStatus(errand: Errand): Promise<Json> {
  try {
    const door = await errand.openDoor()
    return await door.ask(statusCommand, {})
  } catch (cause) {
    if (!(cause instanceof CloudError)) throw cause
    return { code: cause.code }
  }
}

/** Ids are enough to tell devices apart with their first digits; who somebody is belongs in no report. */
function clean(name: string, value: unknown, { world, config }: Errand): unknown {
  if (isSecretName(name) && typeof value !== 'boolean') return REDACTED
  if (isRow(value)) {
    const row = JSON.stringify(value)
    return redact(row) === row ? value : REDACTED
  }
  if (typeof value !== 'string') return value
  return redact(value)
    .replaceAll(config.homeFolder, '<home>')
    .replaceAll(world.userHome, '~')
    .replace(/\b([0-9a-f]{8})[0-9a-f]{24}\b/g, '$1…')
    .replaceAll(/[\w.-]+/g, (word) => (word === world.userName ? '<user>' : word))
}

/** A secret in pieces: the bytes of a key, the words of a phrase. None of them tells what they are together. */
function isRow(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const pieces: readonly unknown[] = Object.values(value)
  if (Array.isArray(value)) return pieces.every((piece) => typeof piece === 'string' || typeof piece === 'number')
  return pieces.every((piece) => typeof piece === 'number')
}

/** The device's keys, and one that opens the profile, in the spellings they could have slipped in by, and the link that lies in the run folder. */
function secretsOf({ config }: Errand): readonly string[] {
  const key = join(config.homeFolder, 'keys', 'device.key')
  const bytes = existsSync(key) ? readFileSync(key) : Buffer.alloc(0)
  const spellings = [0, 1, 2].flatMap((part) => {
    const secret = bytes.subarray(1 + 32 * part, 33 + 32 * part)
    return [secret.toString('hex'), secret.toString('base64').replace('=', ''), secret.toString('base64url')]
  })
  const keys = keyFileSecrets(join(config.homeFolder, 'keys'))
  const link = /#open=([A-Za-z0-9_-]+)/.exec(textIn(join(config.runFolder, 'open.html')))?.[1] ?? ''
  return [...spellings, ...keys, link].filter((secret) => secret.length >= 16)
}

const TEXT_MAX_BYTES = 8 * 1024 * 1024

function textIn(file: string): string {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  return size > 0 && size <= TEXT_MAX_BYTES ? readFileSync(file, 'utf8') : ''
}
