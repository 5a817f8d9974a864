import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import { boxPublicKey } from '@cloudos/crypto/seal-key'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { encodeCbor } from '@cloudos/protocol/cbor'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { chainKey, idFromBytes } from '@cloudos/protocol/ids'
import type { FuzzTarget } from '@cloudos/protocol/testing/fuzz'
import { encodeHeadsMessage, parseHeadsMessage } from '../heads-session.ts'
import { encodeHello, parseHello, parseReveal } from '../pairing/handshake.ts'
import { encodePairingMessage, parsePairingMessage } from '../pairing/talk.ts'
import { encodeSyncMessage, parseSyncMessage } from '../sync-messages.ts'

const dice = createDice(1)
const docId = idFromBytes('DocId', dice.bytes(16))
const chains = Array.from({ length: 3 }, () =>
  chainKey(idFromBytes('DeviceId', dice.bytes(16)), idFromBytes('Incarnation', dice.bytes(4))),
)
const [chain] = chains
if (chain === undefined) throw new RangeError()
const seqs = new Map(chains.map((key, at) => [key, 10 ** at]))

const peerPublicKey = dice.bytes(32)
const hello = encodeHello({
  signPublicKey: dice.bytes(32),
  boxPublicKey: boxPublicKey(deviceIdentityFrom(createDeviceSeeds(dice)).boxSecret),
  peerPublicKey,
  name: 'a device',
  class: 'agent',
  nonce: dice.bytes(16),
})

/** What peers, and strangers with or without a link, can make this room read. */
export const fuzzTargets: readonly FuzzTarget[] = [
  target('sync-message', parseSyncMessage, encodeSyncMessage, [
    encodeSyncMessage({ kind: 'have', docId, seqs }),
    encodeSyncMessage({ kind: 'kept', docId, seqs: new Map() }),
    encodeSyncMessage({ kind: 'want', docId, chain, fromSeq: 70_000 }),
    encodeSyncMessage({ kind: 'frame', bytes: dice.bytes(60) }),
    encodeSyncMessage({ kind: 'base', bytes: dice.bytes(60) }),
  ]),
  target('heads-message', parseHeadsMessage, encodeHeadsMessage, [
    encodeHeadsMessage({ kind: 'entries-held', items: [dice.bytes(32), dice.bytes(32)] }),
    encodeHeadsMessage({ kind: 'entries', items: [dice.bytes(90)] }),
    encodeHeadsMessage({ kind: 'heads', items: [] }),
  ]),
  target('pairing-message', unlessRefused(parsePairingMessage), encodePairingMessage, [
    encodePairingMessage({ kind: 'offer', profileId: idFromBytes('ProfileId', dice.bytes(16)) }),
    encodePairingMessage({ kind: 'request', certificate: dice.bytes(80) }),
    encodePairingMessage({ kind: 'welcome', entries: [dice.bytes(40), dice.bytes(9)] }),
    encodePairingMessage({ kind: 'refused', code: 'words-differ' }),
    encodePairingMessage({ kind: 'done' }),
  ]),
  target(
    'pairing-hello',
    unlessRefused((bytes) => parseHello(bytes, hexFromBytes(peerPublicKey))),
    encodeHello,
    [hello],
  ),
  target('pairing-reveal', unlessRefused(parseReveal), encodeCbor, [encodeCbor([hello, dice.bytes(32)])]),
]

function target<T>(
  name: string,
  parse: (bytes: Uint8Array) => T | undefined,
  encode: (value: T) => Uint8Array,
  seeds: readonly Uint8Array[],
): FuzzTarget {
  return {
    name,
    seeds,
    decode: (input) => {
      const value = parse(input)
      return { encoded: value === undefined ? undefined : encode(value) }
    },
  }
}

/** In a conversation a refusal is thrown; anything else that is thrown is a crash. */
function unlessRefused<T>(parse: (bytes: Uint8Array) => T): (bytes: Uint8Array) => T | undefined {
  return (bytes) => {
    try {
      return parse(bytes)
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      return undefined
    }
  }
}
