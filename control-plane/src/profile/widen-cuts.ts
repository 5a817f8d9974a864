import { widenCuts } from '@cloudos/crypto/change-authority'
import type { Profile } from '@cloudos/mesh/profile'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { RootActs } from './root-acts.ts'

/**
 * While the profile is open here: whenever a device tells that it had believed a removed one further than the log says, the root says so
 * for all, and everybody ends up with the same.
 */
export function widenCutsWhileOpen(profile: Pick<Profile, 'widerCuts' | 'onHeads'>, root: RootActs): Disposable {
  let isWidening = false
  const look = (): void => {
    if (isWidening || profile.widerCuts().size === 0) return
    isWidening = true
    void widen().finally(() => {
      isWidening = false
    })
  }
  const widen = async (): Promise<void> => {
    try {
      await root.act(async (power) => ({ entries: await widenCuts(power, profile.widerCuts()) }))
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause // heads come again, and with them the next try
    }
  }
  const leave = profile.onHeads(look)
  look()
  return { [Symbol.dispose]: leave }
}
