import './look/fonts.css'
import './look/tokens.css'
import './look/base.css'
import { mount } from 'svelte'
import { CloudError } from '@cloudos/protocol/cloud-error'
import App from './App.svelte'
import { browserClock, browserRng } from './browser-ports.ts'
import { browserNameFrom } from './profile/browser-name.ts'
import { findKeptProfile, openKeep } from './profile/keep.ts'
import { takeLink } from './opened-with.ts'
import { Router } from './router.svelte.ts'
import { Session } from './state/session.svelte.ts'
import { Toasts } from './state/toasts.svelte.ts'

const link = takeLink(location, history)
const keeping = openKeep('cloudos')
const toasts = new Toasts()
const [clock, rng] = [browserClock, browserRng]

const session = new Session({
  link,
  toasts,
  find: async () => (await findKeptProfile(await keeping)) !== undefined,
  found: async () => {
    const { foundHere } = await import('./profile/found.ts')
    await foundHere({ keep: await keeping, rng, clock, deviceName: browserNameFrom(navigator.userAgent) })
    // Asked for at the moment the owner decides to keep something here; a browser may refuse, and Settings says so.
    await navigator.storage.persist()
  },
  open: async (onProblem) => {
    const keep = await keeping
    const kept = await findKeptProfile(keep)
    if (kept === undefined) throw new CloudError('no-profile', 'The profile in this browser was deleted.')
    const { openInTab } = await import('./profile/browser-profile.ts')
    const persisted = await navigator.storage.persisted()
    return openInTab({ kept, keep, locks: navigator.locks, clock, rng, persisted, onProblem })
  },
})

mount(App, { target: document.body, props: { session, router: new Router(), toasts } })
void session.start()
