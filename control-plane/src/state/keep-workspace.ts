import { WORKSPACE } from '../profile/erase.ts'
import { routeFromHash, sectionOf } from '../routes.ts'
import type { PageName } from '../routes.ts'
import { look } from './look.svelte.ts'
import { singleKeys } from './single-keys.svelte.ts'

/** What of a place is remembered: the page, and no device or run on it. `go` leads to the last one where the address names none. */
export async function keepWorkspace(go: (page: PageName) => void, signal: AbortSignal): Promise<void> {
  // Yjs is on its way for the profile; nothing on the first paint waits for this.
  const { openWorkspace } = await import('./workspace.ts')
  const workspace = await openWorkspace(WORKSPACE)
  const note = (): void => {
    const page = sectionOf(routeFromHash(location.hash))
    if (page !== undefined) workspace.set('lastPage', page)
  }
  const end = (): void => {
    window.removeEventListener('hashchange', note)
    look.keepIn(undefined)
    singleKeys.keepIn(undefined)
    void workspace[Symbol.asyncDispose]()
  }
  if (signal.aborted) {
    end()
    return
  }
  signal.addEventListener('abort', end)
  look.keepIn(workspace)
  singleKeys.keepIn(workspace)
  const last = workspace.get('lastPage')
  if (location.hash === '' && last !== undefined && last !== 'home') go(last)
  note()
  window.addEventListener('hashchange', note)
}
