import { IndexeddbPersistence } from 'y-indexeddb'
import { Doc } from 'yjs'
import { PAGES } from '../routes.ts'
import type { PageName } from '../routes.ts'
import type { Density, Theme } from './look.svelte.ts'

interface Remembered {
  readonly theme: Theme
  readonly density: Density
  readonly singleKeys: 'on' | 'off'
  readonly lastPage: PageName
}

/**
 * All that this browser remembers of how somebody works here, and every value it may have. IT LIES IN THE CLEAR and is read before any
 * way in is asked for, so nothing that a person wrote, named or owns has a place in it.
 */
const VALUES: { readonly [Name in keyof Remembered]: readonly Remembered[Name][] } = {
  theme: ['auto', 'light', 'dark'],
  density: ['comfortable', 'compact'],
  singleKeys: ['on', 'off'],
  lastPage: PAGES,
}

export interface Workspace extends AsyncDisposable {
  /** `undefined` until it was chosen here, and for what an older or newer page may have written. */
  get<Name extends keyof Remembered>(name: Name): Remembered[Name] | undefined
  set<Name extends keyof Remembered>(name: Name, value: Remembered[Name]): void
}

/** Erased under this name when the browser is logged out (profile/erase.ts). */
export async function openWorkspace(name: string): Promise<Workspace> {
  const doc = new Doc()
  const kept = doc.getMap<unknown>('workspace')
  const storage = new IndexeddbPersistence(name, doc)
  await storage.whenSynced
  return {
    get: (key) => VALUES[key].find((value) => value === kept.get(key)),
    set: (key, value) => {
      if (kept.get(key) !== value) kept.set(key, value)
    },
    [Symbol.asyncDispose]: async () => {
      await storage.destroy()
      doc.destroy()
    },
  }
}
