import { equalSecret } from '@cloudos/crypto/compare'
import { sha256 } from '@cloudos/crypto/hash'
import { passkeyWay } from '@cloudos/crypto/way-in'
import type { WayIn } from '@cloudos/crypto/way-in'
import type { Rng } from '@cloudos/protocol/ports'
import { wayRefusal } from './way-refusal.ts'

/** A passkey that can open a slot. Which one it is lies in the slot by its hash only. */
export interface Passkey {
  readonly credentialHash: Uint8Array
  readonly wayIn: WayIn
}

export interface PasskeyParts {
  readonly credentials: CredentialsContainer
  /** The name that passkeys of this page belong to: its host. */
  readonly rpId: string
  readonly rng: Rng
}

/** Whether this browser knows passkeys at all; whether they keep a secret is known once there is one. */
export function hasPasskeys(): boolean {
  return 'PublicKeyCredential' in globalThis
}

/** Makes one. `label` is what the person will see when asked for it. Nothing is kept here; a passkey without PRF is refused. */
export async function createPasskey(parts: PasskeyParts, label: string): Promise<Passkey> {
  const { credentials, rpId, rng } = parts
  const credential = await asked(() =>
    credentials.create({
      publicKey: {
        rp: { id: rpId, name: 'CloudOS' },
        user: { id: fresh(rng, 16), name: label, displayName: label },
        challenge: fresh(rng, 32),
        pubKeyCredParams: [
          { type: 'public-key', alg: -8 },
          { type: 'public-key', alg: -7 },
          { type: 'public-key', alg: -257 },
        ],
        // Found without being named: the slot says nothing of whose it is.
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        extensions: { prf: {} },
      },
    }),
  )
  if (credential.getClientExtensionResults().prf?.enabled !== true) throw wayRefusal('passkey-no-prf')
  const id = new Uint8Array(credential.rawId)
  return { credentialHash: sha256(id), wayIn: wayWith(parts, id) }
}

/** Any passkey of this page, to be picked by the person; asked again by name where the picked one belongs to another slot. */
export function anyPasskey(parts: PasskeyParts): WayIn {
  return wayWith(parts, undefined)
}

function wayWith(parts: PasskeyParts, known: Uint8Array<ArrayBuffer> | undefined): WayIn {
  let picked = known
  return passkeyWay(async (nonce, credentialHash) => {
    // Bytes that open nothing: the slot is another passkey's, and nobody needs to be asked for that.
    if (picked !== undefined && !equalSecret(sha256(picked), credentialHash)) return parts.rng.bytes(32)
    const { id, secret } = await evaluate(parts, new Uint8Array(nonce), picked)
    picked = id
    return equalSecret(sha256(id), credentialHash) ? secret : parts.rng.bytes(32)
  })
}

interface Evaluated {
  readonly id: Uint8Array<ArrayBuffer>
  readonly secret: Uint8Array
}

async function evaluate(
  { credentials, rpId, rng }: PasskeyParts,
  nonce: Uint8Array<ArrayBuffer>,
  id: Uint8Array<ArrayBuffer> | undefined,
): Promise<Evaluated> {
  const credential = await asked(() =>
    credentials.get({
      publicKey: {
        rpId,
        challenge: fresh(rng, 32),
        allowCredentials: id === undefined ? [] : [{ type: 'public-key', id }],
        // An authenticator has one PRF for verified persons and another for anybody: always the same one.
        userVerification: 'required',
        extensions: { prf: { eval: { first: nonce } } },
      },
    }),
  )
  const secret = credential.getClientExtensionResults().prf?.results?.first
  if (!(secret instanceof ArrayBuffer) || secret.byteLength !== 32) throw wayRefusal('passkey-no-prf')
  return { id: new Uint8Array(credential.rawId), secret: new Uint8Array(secret) }
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  if (!hasPasskeys()) throw wayRefusal('passkey-unsupported')
  const credential = await ask().catch((cause: unknown) => {
    if (!(cause instanceof DOMException)) throw cause
    throw wayRefusal(REFUSALS[cause.name] ?? 'passkey-declined', undefined, cause)
  })
  if (credential instanceof PublicKeyCredential) return credential
  throw wayRefusal('passkey-declined')
}

const REFUSALS: Readonly<Record<string, 'passkey-unsupported' | 'passkey-origin'>> = {
  NotSupportedError: 'passkey-unsupported',
  ConstraintError: 'passkey-unsupported',
  SecurityError: 'passkey-origin',
}

function fresh(rng: Rng, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(rng.bytes(length))
}
