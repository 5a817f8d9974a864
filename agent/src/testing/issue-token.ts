import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import type { Member } from '@cloudos/crypto/membership'
import { encodeRecord, parseRecord } from '@cloudos/protocol/record'
import type { DeviceClass } from '@cloudos/protocol/certificate'
import type { Caller } from '@cloudos/protocol/grants'
import { LIMITS } from '@cloudos/protocol/limits'
import { issueTokenCommand } from '@cloudos/protocol/token-commands'
import type { IssuedToken, TokenWish } from '@cloudos/protocol/token-commands'
import type { Dispatch } from '../commands/dispatch.ts'
import { rpcCall } from './open-dispatch.ts'

/** As a profile would have it that let this device in, for good. */
export function memberOf({ deviceId, signer }: DeviceIdentity, deviceClass: DeviceClass): Member {
  return {
    deviceId,
    signPublicKey: signer.publicKey,
    boxPublicKey: new Uint8Array(32),
    peerId: '',
    name: deviceClass,
    class: deviceClass,
    caps: [],
    notBeforeMs: 0,
    notAfterMs: Number.MAX_SAFE_INTEGER,
    revoked: false,
    order: 0,
  }
}

export async function issueToken(dispatch: Dispatch, by: Caller, wish: TokenWish): Promise<IssuedToken> {
  const answer = await dispatch(by, rpcCall('token.issue', encodeRecord(issueTokenCommand.input, wish)))
  const issued = parseRecord(issueTokenCommand.output, answer, LIMITS.rpcMaxBytes)
  if (!issued.ok) throw new Error(issued.error)
  return issued.value
}
