import { encodeCbor } from '@cloudos/protocol/cbor'
import type { CborValue } from '@cloudos/protocol/cbor'
import { encodeCertificate } from '@cloudos/protocol/certificate'
import { bytesFromId } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import type { PathState } from './authority-path-state.ts'
import { hashFor, hashId } from './hash.ts'

/** Two readers with one hash have understood the path alike. Branches beside it are left out: others may not have them yet. */
export function hashPathState(state: PathState): Hash {
  const { policy } = state
  return hashId(
    encodeCbor([
      bytesFromId(state.profileId),
      state.rootPublicKey,
      state.recoveryPublicKey,
      [policy.browserCertificateHours, policy.agentCertificateDays, policy.epochDays],
      state.slotSetHash === undefined ? [] : [bytesFromId(state.slotSetHash)],
      rows(state.enrolledById, ({ certificate, order }) => [
        order,
        hashFor('device-cert', encodeCertificate(certificate)),
      ]),
      rows(state.revokedById, (reason) => reason),
      rows(state.epochById, ({ seq }) => seq),
      rows(state.cutByDoc, (cuts) => rows(cuts, (seq) => seq)),
    ]),
  )
}

function rows<Key extends string, Value>(map: ReadonlyMap<Key, Value>, row: (value: Value) => CborValue): CborValue {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, row(value)])
}
