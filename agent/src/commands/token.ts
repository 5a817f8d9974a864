import { issueTokenCommand, listTokensCommand, revokeTokenCommand } from '@cloudos/protocol/token-commands'
import { register } from './register.ts'
import type { Registered } from './register.ts'
import type { TokenDesk } from './token-desk.ts'

/** Leave for a while, handed out and taken back. */
export function tokenCommands(desk: TokenDesk): readonly Registered[] {
  return [
    register({ shape: issueTokenCommand, run: (wish, { caller }) => desk.issue(wish, caller) }),
    register({ shape: listTokensCommand, run: () => Promise.resolve({ tokens: desk.list() }) }),
    register({
      shape: revokeTokenCommand,
      run: ({ tokenId }) => {
        desk.revoke(tokenId)
        return Promise.resolve({})
      },
    }),
  ]
}
