const STORED = 'cloudos.recent-actions'
const KEPT_MAX = 8

/** Only what is the same in every profile: this is kept where it can be read while the profile is locked. */
const TELLS_NOTHING = /^(?:page|command|theme)-[a-z.-]+$/

/** The ids of what was chosen last in this browser, the newest first. */
export function recentActions(store: Pick<Storage, 'getItem'>): readonly string[] {
  return (store.getItem(STORED) ?? '').split(' ').filter((id) => TELLS_NOTHING.test(id))
}

export function noteAction(store: Pick<Storage, 'getItem' | 'setItem'>, id: string): void {
  if (!TELLS_NOTHING.test(id)) return
  const others = recentActions(store).filter((known) => known !== id)
  store.setItem(STORED, [id, ...others].slice(0, KEPT_MAX).join(' '))
}
