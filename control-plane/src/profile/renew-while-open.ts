import { renewalFrom, signRenewal } from '@cloudos/crypto/certificate-check'
import type { Profile } from '@cloudos/mesh/profile'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { Clock } from '@cloudos/protocol/ports'
import { encodeSigned } from '@cloudos/protocol/signed'
import { dueForRenewal } from './certificate-life.ts'
import type { RootActs } from './root-acts.ts'

export interface RenewingParts {
  readonly profile: Pick<Profile, 'membership' | 'renewals' | 'onMembers'>
  readonly root: Pick<RootActs, 'sign'>
  readonly self: DeviceId
  readonly clock: Clock
}

const LOOK_EVERY_MS = 30 * 60_000

/**
 * Renews certificates as long as the profile is open here, this browser's own first of all: when this resolves it has one that lasts.
 * The root signs them outside the log, so that a browser that is opened every day does not grow it.
 */
export async function renewWhileOpen(parts: RenewingParts): Promise<Disposable> {
  const stopped = new AbortController()
  let last = renewDue(parts)
  const renewNext = (): void => {
    last = last.then(() => renewDue(parts))
  }
  await last
  // A root that was just replaced has renewed nobody, and who has just come in may have come late.
  const leave = parts.profile.onMembers(renewNext)
  void lookRegularly(parts.clock, stopped.signal, renewNext)
  return {
    [Symbol.dispose]: () => {
      leave()
      stopped.abort()
    },
  }
}

async function lookRegularly(clock: Clock, signal: AbortSignal, look: () => void): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(LOOK_EVERY_MS, signal)
    if (!signal.aborted) look()
  }
}

/** What does not work now is tried again later; until then the devices say themselves when their key ends. */
async function renewDue({ profile, root, self, clock }: RenewingParts): Promise<void> {
  const due = dueForRenewal(profile.membership.members(), self, clock.nowMs())
  if (due.length === 0) return
  try {
    const renewals = await root.sign(({ root: signer, state, nowMs }) =>
      Promise.all(due.map((member) => signRenewal(signer, renewalFrom(state.profileId, member, nowMs)))),
    )
    await profile.renewals.take(renewals.map(({ payload, signature }) => encodeSigned(payload, signature)))
  } catch (cause) {
    if (!(cause instanceof CloudError)) throw cause
  }
}
