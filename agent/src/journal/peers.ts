import type { DatabaseSync } from 'node:sqlite'
import { numberOf, textOf } from './sqlite.ts'
import type { Row } from './sqlite.ts'

/** Where another device was last reached. Who it is, and whether it may connect, the authority log says. */
export interface StoredPeer {
  readonly peerId: string
  readonly addresses: readonly string[]
  readonly seenMs: number
}

export interface Peers {
  all(): readonly StoredPeer[]
  put(peer: StoredPeer): void
  remove(peerId: string): void
}

export function createPeers(db: DatabaseSync, within: <T>(act: () => T) => T): Peers {
  const select = db.prepare('SELECT peer_id, addresses, seen_ms FROM peers ORDER BY seen_ms DESC')
  const upsert = db.prepare(
    `INSERT INTO peers (peer_id, addresses, seen_ms) VALUES (?, ?, ?)
     ON CONFLICT (peer_id) DO UPDATE SET addresses = excluded.addresses, seen_ms = excluded.seen_ms`,
  )
  const drop = db.prepare('DELETE FROM peers WHERE peer_id = ?')
  return {
    all: () => within(() => select.all().map(peerFromRow)),
    put: ({ peerId, addresses, seenMs }) => {
      within(() => upsert.run(peerId, addresses.join('\n'), seenMs))
    },
    remove: (peerId) => {
      within(() => drop.run(peerId))
    },
  }
}

function peerFromRow(row: Row): StoredPeer {
  const addresses = textOf(row, 'addresses').split('\n')
  return { peerId: textOf(row, 'peer_id'), addresses: addresses.filter(Boolean), seenMs: numberOf(row, 'seen_ms') }
}
