import './look/fonts.css'
import './look/tokens.css'
import './look/base.css'
import { mount } from 'svelte'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { parseDriveAddress } from '@cloudos/protocol/drive-address'
import type { ProfileId } from '@cloudos/protocol/ids'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { ok } from '@cloudos/protocol/result'
import App from './App.svelte'
import { browserClock, browserRng } from './browser-ports.ts'
import { browserNameFrom } from './profile/browser-name.ts'
import { eraseRest, eraseLater } from './profile/erase.ts'
import { eraseKept, findKeptProfile, keepDoor, openKeep } from './profile/keep.ts'
import { takeGoogleReturn } from './google-return.ts'
import { takeLink } from './opened-with.ts'
import { Router } from './router.svelte.ts'
import type { DirectAccess } from './profile/direct-copy.ts'
import type { HeldProfile } from './profile/held.ts'
import type { KeptProfile } from './profile/keep.ts'
import type { TabEars } from './profile/browser-profile.ts'
import type { ProfileInTab } from './profile/profile.ts'
import { Session } from './state/session.svelte.ts'
import { Toasts } from './state/toasts.svelte.ts'

const link = takeLink(location, history)
const returned = takeGoogleReturn(location, history, sessionStorage)
eraseRest()
const keeping = openKeep('cloudos')
const toasts = new Toasts()
const [clock, rng] = [browserClock, browserRng]

const mediumOf = async (profileId: ProfileId): Promise<ConnectedBlobStore> => {
  const { connectIndexedDb } = await import('@cloudos/storage-adapters/indexeddb')
  return connectIndexedDb(`cloudos/1/${profileId}/medium`, 'this browser')
}
/** Without an agent; only the adapter that is used is loaded. */
const connectDirect = async (where: string, token: string): Promise<ConnectedBlobStore> => {
  const [{ createHttpLine }, { directKind }] = await Promise.all([
    import('@cloudos/storage-adapters/http-line'),
    import('./profile/direct-place.ts'),
  ])
  const line = createHttpLine({ fetch: (url, init) => fetch(url, init), clock, random: Math.random, timeoutMs: 30_000 })
  const cut = AbortSignal.timeout(60_000)
  if (directKind(where) === 'drive') {
    const { connectPlainDrive } = await import('@cloudos/storage-adapters/drive-plain')
    const apiUrl = parseDriveAddress(where).service?.apiUrl
    return (await connectPlainDrive({ accessToken: token, line, clock, apiUrl }, cut)).store
  }
  const [{ connectGithub }, { githubPlace }] = await Promise.all([
    import('@cloudos/storage-adapters/github'),
    import('./profile/github-place.ts'),
  ])
  return (await connectGithub({ ...githubPlace(where, token), line }, cut)).store
}
const openHeld = async (held: HeldProfile, ears: TabEars, given?: DirectAccess['given']): Promise<ProfileInTab> => {
  // Side by side: somebody waits to type.
  const [{ openInTab }, persisted, medium] = await Promise.all([
    import('./profile/browser-profile.ts'),
    navigator.storage.persisted(),
    mediumOf(held.profileId),
  ])
  const direct = { connect: connectDirect, given }
  return openInTab({ held, keep: await keeping, medium, locks: navigator.locks, clock, rng, persisted, ears, direct })
}
/** Held by the tab that logs this browser out: the others come back once nothing is here any more. */
const LEAVING = 'cloudos/leaving'
/** What the address says is of the profile too. */
const leavePlace = (): void => {
  history.replaceState(null, '', location.pathname + location.search)
}
const findKept = async (): Promise<KeptProfile | undefined> => findKeptProfile(await keeping)

const session = new Session({
  link,
  returned,
  toasts,
  find: async () => (await findKept())?.protection,
  found: async () => {
    const { foundHere } = await import('./profile/found.ts')
    await foundHere({ keep: await keeping, rng, clock, deviceName: browserNameFrom(navigator.userAgent) })
    // Asked for at the moment the owner decides to keep something here; a browser may refuse, and Settings says so.
    await navigator.storage.persist()
  },
  foundSealed: async (wayFor) => {
    const { foundSealed } = await import('./profile/found-sealed.ts')
    const deviceName = browserNameFrom(navigator.userAgent)
    const held = await foundSealed({ keep: await keeping, rng, clock, deviceName }, mediumOf, wayFor)
    await navigator.storage.persist()
    return (ears) => openHeld(held, ears)
  },
  open: async (ears) => {
    const kept = await findKept()
    if (kept?.protection !== 'none') throw new CloudError('no-profile', 'The profile in this browser was deleted.')
    return openHeld({ profileId: kept.profileId, secrets: kept.secrets }, ears)
  },
  unlock: async (way, ears) => {
    const kept = await findKept()
    if (kept?.protection !== 'sealed') throw new CloudError('no-profile', 'The profile in this browser was deleted.')
    const { unlockHere } = await import('./profile/unlock-here.ts')
    await using medium = await mediumOf(kept.profileId)
    const unlocked = await unlockHere(kept, await keeping, medium, way)
    return unlocked.ok ? ok(await openHeld(unlocked.value, ears)) : unlocked
  },
  elsewhere: {
    placesOf: async (link) => {
      const { readLink } = await import('./profile/ask-agent.ts')
      return readLink(link).profileId === undefined ? ['place'] : ['profile', 'place']
    },
    visit: async (link) => {
      const { visitAgent } = await import('./profile/ask-agent.ts')
      return visitAgent(link, browserNameFrom(navigator.userAgent), rng, clock)
    },
    look: async (visit, where) => {
      const [copy, { lookAt }] = await Promise.all([visit.ask(where), import('./profile/seen-copy.ts')])
      return lookAt(copy)
    },
    signIn: async ({ agent, door, keys, ...visit }, copy, { way, opensByItself, from }) => {
      const { signInFrom } = await import('./profile/sign-in.ts')
      const keep = await keeping
      await using medium = await mediumOf(copy.profileId)
      const deviceName = browserNameFrom(navigator.userAgent)
      const ownCopyOf = from === 'profile' ? door.peerId : undefined
      const parts = { keep, medium, rng, clock, deviceName, keys, agent, opensByItself, ownCopyOf }
      const signed = await signInFrom(copy, way, parts)
      if (!signed.ok) return signed
      await keepDoor(keep, door)
      // The same keys connect anew, as a device.
      await visit[Symbol.asyncDispose]()
      await navigator.storage.persist()
      return ok((ears) => openHeld(signed.value, ears))
    },
  },
  direct: {
    look: async (place) => {
      const { lookThere } = await import('./profile/sign-in-direct.ts')
      return lookThere(connectDirect, place)
    },
    signIn: async (place, copy, how) => {
      const [{ signInDirect }, { directSpelling }] = await Promise.all([
        import('./profile/sign-in-direct.ts'),
        import('./profile/direct-place.ts'),
      ])
      await using medium = await mediumOf(copy.profileId)
      const deviceName = browserNameFrom(navigator.userAgent)
      const signed = await signInDirect(place, copy, { keep: await keeping, medium, rng, clock, deviceName, ...how })
      if (!signed.ok) return signed
      await navigator.storage.persist()
      return ok((ears) => openHeld(signed.value, ears, { where: directSpelling(place.where), token: place.token }))
    },
  },
  waysHere: async () => {
    const kept = await findKept()
    if (kept?.protection !== 'sealed') throw new CloudError('no-profile', 'The profile in this browser was deleted.')
    const { waysHere } = await import('./profile/unlock-here.ts')
    await using medium = await mediumOf(kept.profileId)
    return { profileId: kept.profileId, kinds: await waysHere(kept, await keeping, medium) }
  },
  erase: async (profileId) => {
    await eraseKept(await keeping)
    eraseLater(profileId)
    leavePlace()
  },
  alone: async (work) => {
    await navigator.locks.request(LEAVING, work)
  },
  untilErased: async (profileId) => {
    await navigator.locks.request(LEAVING, { mode: 'shared' }, () => undefined)
    if (profileId !== undefined) eraseLater(profileId)
    leavePlace()
  },
  locks: new BroadcastChannel('cloudos/lock'),
  nowMs: () => clock.nowMs(),
  // A new document is the surest way to a new memory.
  forget: () => {
    location.reload()
  },
})

for (const sign of ['pointerdown', 'keydown', 'wheel'] as const)
  window.addEventListener(sign, () => { session.noteActivity() }, { passive: true, capture: true }) // prettier-ignore

mount(App, { target: document.body, props: { session, router: new Router(), toasts } })
void session.start()
