import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { boxPublicKey } from '@cloudos/crypto/seal-key'
import { signFor } from '@cloudos/crypto/signature'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { DeviceId, Hash } from '@cloudos/protocol/ids'
import type { JobRequest } from '@cloudos/protocol/job-commands'
import { encodeJobSpec } from '@cloudos/protocol/job-spec'
import type { JobLimits, JobSpec } from '@cloudos/protocol/job-spec'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Rng } from '@cloudos/protocol/ports'
import { encodeSigned } from '@cloudos/protocol/signed'

const MIB = 1024 * 1024

/** What a job gets that asks for nothing else. */
const USUAL = { memoryMiB: 64, wallMs: 60_000, outputBytes: MIB }
/** Two machines' clocks differ: the spec counts from a little before now. */
const CLOCKS_DIFFER_MS = 10 * 60_000
const LIFE_MS = LIMITS.jobMaxLifeMs / 2

export interface SpecParts {
  readonly identity: DeviceIdentity
  readonly provider: DeviceId
  readonly moduleHash: Hash
  readonly nowMs: number
  readonly rng: Rng
}

/** The job as this device asks for it, signed (`encodeSigned`). Rejects with 'bad-input' where the request cannot be said as a spec. */
export async function signNewSpec(
  request: JobRequest,
  parts: SpecParts,
): Promise<{ spec: JobSpec; signed: Uint8Array }> {
  const { identity, provider, moduleHash, nowMs, rng } = parts
  const spec: JobSpec = {
    jobId: idFromBytes('JobId', rng.bytes(16)),
    customer: identity.deviceId,
    provider,
    kind: 'wasm',
    moduleHash,
    args: request.args ?? [],
    inputs: request.inputs ?? [],
    limits: limitsOf(request),
    isDeterministic: false, // floating-point rubbish values may differ between machines
    replicas: 1,
    price: { unit: 'credit', max: 0 },
    notBeforeMs: Math.max(0, nowMs - CLOCKS_DIFFER_MS),
    expiresAtMs: nowMs + LIFE_MS,
    resultPublicKey: boxPublicKey(identity.boxSecret),
    minTier: request.minTier ?? 1,
    nonce: rng.bytes(16),
  }
  const payload = encodeOrRefuse(spec)
  return { spec, signed: encodeSigned(payload, await signFor(identity.signer, 'job-spec', payload)) }
}

/** What a request asks for, with the usual where it says nothing. */
export function limitsOf({ memoryMiB, wallMs, cpuMs, outputBytes }: JobRequest): JobLimits {
  const wall = wallMs ?? USUAL.wallMs
  const output = outputBytes ?? USUAL.outputBytes
  return {
    fuel: 0,
    cpuMs: cpuMs ?? wall,
    wallMs: wall,
    memoryMiB: memoryMiB ?? USUAL.memoryMiB,
    outputBytes: output,
    files: LIMITS.jobFilesMax,
    diskMiB: Math.ceil(output / MIB),
    processes: 1,
    network: [],
  }
}

function encodeOrRefuse(spec: JobSpec): Uint8Array {
  try {
    return encodeJobSpec(spec)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new CloudError(
      'bad-input',
      'The arguments or inputs are not ones a job can have: no NUL in an argument, plain and different names for inputs, 64 KiB in all.',
      cause,
    )
  }
}
