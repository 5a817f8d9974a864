import type { Workspace } from './workspace.ts'

/** Whether keys alone, without Ctrl, are shortcuts here: whoever speaks to the machine turns them off. It belongs to the browser. */
class SingleKeys {
  areOn = $state(true)
  #workspace: Workspace | undefined

  /** As `Look.keepIn`. */
  keepIn(workspace: Workspace | undefined): void {
    this.#workspace = workspace
    this.set((workspace?.get('singleKeys') ?? (this.areOn ? 'on' : 'off')) === 'on')
  }

  set(areOn: boolean): void {
    this.areOn = areOn
    this.#workspace?.set('singleKeys', areOn ? 'on' : 'off')
  }
}

export const singleKeys = new SingleKeys()
