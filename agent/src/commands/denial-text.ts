import type { TokenDenial } from './token-chain.ts'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Decision } from '@cloudos/protocol/decide'

/** A denial as its caller hears it: a stable code, and what to do about it. */
export function sayDenial(decision: Decision, command = 'That'): CloudError {
  const why = decision.allow ? 'no-such-command' : decision.why
  switch (why) {
    case 'no-such-command':
      return new CloudError('no-such-command', 'This agent knows no such command. Is it the same version?')
    case 'no-identity':
      return new CloudError('not-a-member', 'This device is not let in. Pair it first.')
    case 'no-grant':
      return new CloudError('not-allowed', `The command ${command} is not for you.`)
    case 'grant-lapsed':
      return new CloudError('token-ended', 'The token has ended, or is not good yet. Ask for another one.')
    case 'forbidden-by-policy':
      return new CloudError(
        'forbidden-by-policy',
        `This device's policy forbids ${command}. Its owner can change that.`,
      )
    case 'approval-needed':
    case 'approval-invalid':
      return new CloudError(
        'approval-invalid',
        `The yes to ${command} was for something else, used, or too old. Ask again.`,
      )
    case 'over-budget':
      return new CloudError('over-budget', 'Too many commands in one minute. Wait a little, then go on.')
    case 'freshness-unproven':
      return new CloudError(
        'freshness-unproven',
        `${command} waits: what is here came from one copy, and nothing else says yet that it is the newest. Connect one of your other devices, or add another place that has a copy. If this copy is all there is, say so once: cloudos recover trust`,
      )
  }
}

/** Why a token that was shown is worth nothing here. */
export function sayTokenDenial(denial: TokenDenial): CloudError {
  switch (denial) {
    case 'token-unreadable':
      return new CloudError(denial, 'That is no token, or one of another version. Ask for another one.')
    case 'token-of-another':
      return new CloudError(denial, 'The token was made for another device, and is worth nothing from this one.')
    case 'token-revoked':
      return new CloudError(denial, 'The token was taken back. Ask its owner for another one.')
    case 'token-issuer-gone':
      return new CloudError(denial, 'Whoever made the token is not in the profile any more, or never was.')
    case 'token-forged':
      return new CloudError(denial, 'The token was not signed by whom it names. Ask for another one.')
    case 'token-too-wide':
      return new CloudError(denial, 'The token gives more than its maker holds, so it gives nothing.')
    case 'token-limit-unknown':
      return new CloudError(denial, 'The token has a limit that this agent cannot hold. Ask for one without it.')
  }
}
