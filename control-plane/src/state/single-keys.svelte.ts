const STORED = 'cloudos.single-keys'

/** Whether keys alone, without Ctrl, are shortcuts here: whoever speaks to the machine turns them off. It belongs to the browser. */
class SingleKeys {
  areOn = $state(localStorage.getItem(STORED) !== 'off')

  set(areOn: boolean): void {
    this.areOn = areOn
    if (areOn) localStorage.removeItem(STORED)
    else localStorage.setItem(STORED, 'off')
  }
}

export const singleKeys = new SingleKeys()
