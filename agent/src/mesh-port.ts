import { createServer } from 'node:net'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { bytesFromId } from '@cloudos/protocol/ids'
import type { Rng } from '@cloudos/protocol/ports'
import type { Journal } from './journal/journal.ts'

export interface MeshPortParts {
  readonly journal: Pick<Journal, 'settings'>
  readonly identity: DeviceIdentity
  readonly rng: Rng
}

/**
 * Kept from start to start, because other devices remember it; another one when somebody else has taken it. The first is the device's own,
 * so that a lost journal does not lose it. Below the range from which systems lend ports for outgoing connections, so that it is still
 * there after a restart.
 */
export async function meshPort({ journal, identity, rng }: MeshPortParts): Promise<number> {
  const kept = journal.settings.find('mesh-port')
  const first = kept === undefined ? portFrom(bytesFromId(identity.deviceId)) : Number(kept)
  for (let tries = 0; tries < PORT_TRIES; tries++) {
    const wanted = tries === 0 ? first : portFrom(rng.bytes(2))
    const port = await freePort(wanted)
    if (port === undefined) continue
    journal.settings.set('mesh-port', String(port))
    return port
  }
  throw new CloudError(
    'no-port',
    'No port could be opened for other devices. Is this machine out of sockets? Nothing was changed.',
  )
}

const LOWEST_PORT = 10_000
const PORTS = 20_000
const PORT_TRIES = 20

function portFrom([high = 0, low = 0]: Uint8Array): number {
  return LOWEST_PORT + (((high << 8) | low) % PORTS)
}

function freePort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => {
      resolve(undefined)
    })
    probe.listen(port, '0.0.0.0', () => {
      const address = probe.address()
      probe.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : undefined)
      })
    })
  })
}
