import type { DatabaseSync } from 'node:sqlite'
import { parseToken } from '@cloudos/protocol/capability-token'
import type { CapabilityToken } from '@cloudos/protocol/capability-token'
import type { TokenId } from '@cloudos/protocol/ids'
import { bytesOf, numberOf, textOf } from './sqlite.ts'

export interface KeptToken {
  readonly token: CapabilityToken
  /** `owner`, or the id of the device that had it issued. */
  readonly askedBy: string
  readonly isRevoked: boolean
}

/** Tokens that were issued or taken back here. Whatever has ended is forgotten with the next one issued. */
export interface Tokens {
  issue(payload: Uint8Array, token: CapabilityToken, askedBy: string, nowMs: number): void
  find(tokenId: TokenId): KeptToken | undefined
  /** The newest first. */
  list(max: number): readonly KeptToken[]
  /** `untilMs`: when it has ended at the latest, for one that was issued elsewhere. */
  revoke(tokenId: TokenId, untilMs: number): void
  isRevoked(tokenId: TokenId): boolean
  uses(tokenId: TokenId, capability: number): number
  /** On the disk when this returns. */
  use(token: CapabilityToken, capability: number): void
}

export function createTokens(db: DatabaseSync, within: <T>(act: () => T) => T): Tokens {
  const insert = db.prepare(
    'INSERT INTO tokens (token_id, payload, asked_by, expires_ms, revoked) VALUES (?, ?, ?, ?, 0)',
  )
  const select = db.prepare('SELECT payload, asked_by, revoked FROM tokens WHERE token_id = ?')
  const selectAll = db.prepare('SELECT payload, asked_by, revoked FROM tokens WHERE payload IS NOT NULL ORDER BY rowid DESC LIMIT ?') // prettier-ignore
  const revoke = db.prepare(
    "INSERT INTO tokens (token_id, asked_by, expires_ms, revoked) VALUES (?, '', ?, 1) ON CONFLICT (token_id) DO UPDATE SET revoked = 1",
  )
  const expire = db.prepare('DELETE FROM tokens WHERE expires_ms < ?')
  const expireUses = db.prepare('DELETE FROM token_uses WHERE expires_ms < ?')
  const selectUses = db.prepare('SELECT uses FROM token_uses WHERE token_id = ? AND capability = ?')
  const use = db.prepare(
    'INSERT INTO token_uses (token_id, capability, uses, expires_ms) VALUES (?, ?, 1, ?) ON CONFLICT (token_id, capability) DO UPDATE SET uses = uses + 1',
  )
  return {
    issue: (payload, token, askedBy, nowMs) => {
      within(() => {
        expire.run(nowMs)
        expireUses.run(nowMs)
        insert.run(token.tokenId, payload, askedBy, token.expiresAtMs)
      })
    },
    find: (tokenId) =>
      within(() => {
        const row = select.get(tokenId)
        return row === undefined ? undefined : keptFrom(row)
      }),
    list: (max) =>
      within(() =>
        selectAll
          .all(max)
          .map(keptFrom)
          .filter((kept) => kept !== undefined),
      ),
    revoke: (tokenId, untilMs) => {
      within(() => revoke.run(tokenId, untilMs))
    },
    isRevoked: (tokenId) => within(() => select.get(tokenId)?.['revoked'] === 1),
    uses: (tokenId, capability) =>
      within(() => {
        const row = selectUses.get(tokenId, capability)
        return row === undefined ? 0 : numberOf(row, 'uses')
      }),
    use: ({ tokenId, expiresAtMs }, capability) => {
      within(() => use.run(tokenId, capability, expiresAtMs))
    },
  }
}

/** `undefined` for one that was only taken back here. */
function keptFrom(row: Parameters<typeof textOf>[0]): KeptToken | undefined {
  if (row['payload'] === null) return undefined
  const token = parseToken(bytesOf(row, 'payload'))
  if (!token.ok) return undefined
  return { token: token.value, askedBy: textOf(row, 'asked_by'), isRevoked: numberOf(row, 'revoked') === 1 }
}
