import { CloudError } from '@cloudos/protocol/cloud-error'

/** One act of the owner's that may not work out: whether it is under way, and why it failed, in words. */
export class Act {
  busy = $state(false)
  problem = $state<string | undefined>()

  /** Resolves to whether it was done. One at a time. */
  async run(act: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false
    this.busy = true
    this.problem = undefined
    try {
      await act()
      return true
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      this.problem = cause.message
      return false
    } finally {
      this.busy = false
    }
  }
}
