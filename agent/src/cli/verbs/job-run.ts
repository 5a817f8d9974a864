import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { base64url } from '@cloudos/protocol/base-text'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { putJobBytesCommand, runJobCommand } from '@cloudos/protocol/job-commands'
import type { Json } from '@cloudos/protocol/json-record'
import { LIMITS } from '@cloudos/protocol/limits'
import { brokenWorld } from '../../broken-world.ts'
import type { AgentDoor } from '../agent-door.ts'
import { findDevice } from '../device-names.ts'
import type { Errand } from '../errand.ts'
import { fieldOf, textOf } from '../json-fields.ts'
import { linesFrom } from '../tell.ts'
import { givenText } from '../verb.ts'
import type { Given, Outcome } from '../verb.ts'
import { followJob } from './job-follow.ts'

/** Brings the program and its inputs to the agent, piece by piece, starts the job, and stays with it unless told not to. */
export async function runJobRun(given: Given, errand: Errand): Promise<Outcome> {
  const door = await errand.openDoor()
  const program = givenText(given, 'program')
  const device = givenText(given, 'on')
  const files = given.get('in')
  const inputs: Json[] = []
  for (const name of Array.isArray(files) ? (files as readonly Json[]) : [])
    if (typeof name === 'string') inputs.push(await putFile(name, errand, door))
  const isSample = program === 'sample'
  const module = isSample ? undefined : await putFile(program, errand, door)
  const request: { readonly [name: string]: Json } = {
    name: basename(program),
    program: isSample
      ? { kind: 'builtin', name: 'sample' }
      : { kind: 'stored', hash: fieldOf(module ?? null, 'hash') ?? '' },
    inputs,
    ...chosen(given, [
      ['arg', 'args'],
      ['mem', 'memoryMiB'],
      ['wall', 'wallMs'],
      ['cpu', 'cpuMs'],
      ['output', 'outputBytes'],
      ['min-tier', 'minTier'],
      ['never-twice', 'neverTwice'],
    ]),
    ...(device === '' ? {} : { device: await findDevice(device, door) }),
    key: randomBytes(16).toString('hex'),
  }
  const key = runJobCommand.repeat === 'needs-key' ? { idempotencyKey: randomBytes(16).toString('hex') } : {}
  const job = await door.ask(runJobCommand, request, { signal: errand.world.signal, ...key })
  const jobId = textOf(job, 'jobId')
  if (given.get('detach') === true)
    return { result: job, lines: [...linesFrom(job), `Follow it with: cloudos job attach ${jobId}`] }
  errand.note(`job ${jobId}`)
  return followJob(jobId, 0, errand, door)
}

function chosen(given: Given, names: readonly (readonly [part: string, field: string])[]): Record<string, Json> {
  const fields: Record<string, Json> = {}
  for (const [part, field] of names) {
    const value = given.get(part)
    if (value !== undefined) fields[field] = value
  }
  return fields
}

/** What the agent has already is not sent again. */
async function putFile(name: string, { world }: Errand, door: AgentDoor): Promise<Json> {
  const bytes = readWhole(resolve(world.workFolder, name))
  const hash = createHash('sha256').update(bytes).digest('hex')
  const put = async (offset: number, piece: Uint8Array): Promise<number> => {
    const answer = await door.ask(
      putJobBytesCommand,
      { hash, sizeBytes: bytes.length, offset, bytes: base64url.encode(piece) },
      {
        signal: world.signal,
        ...(putJobBytesCommand.repeat === 'needs-key' && { idempotencyKey: randomBytes(16).toString('hex') }),
      },
    )
    const have = fieldOf(answer, 'haveBytes')
    return typeof have === 'number' ? have : 0
  }
  let have = await put(0, new Uint8Array())
  while (have < bytes.length) {
    const before = have
    have = await put(have, bytes.subarray(have, have + PIECE_BYTES))
    if (have <= before) throw new CloudError('incomplete', `${name} could not be brought over. Try again.`)
  }
  return { hash, sizeBytes: bytes.length, name: basename(name) }
}

const PIECE_BYTES = LIMITS.jobInlineMaxBytes

function readWhole(file: string): Uint8Array {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(file)
  } catch (cause) {
    throw brokenWorld(cause, file)
  }
  if (bytes.length > 0 && bytes.length <= LIMITS.blobMaxBytes) return bytes
  throw new CloudError(
    'bad-input',
    `${file} has ${String(bytes.length)} bytes; a program or an input takes 1 to ${String(LIMITS.blobMaxBytes)}.`,
  )
}
