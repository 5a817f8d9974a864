import { createSubscriber } from 'svelte/reactivity'
import { hrefTo, routeFromHash } from './routes.ts'
import type { Route } from './routes.ts'

/** Where the page is. The address bar is the only state. */
export class Router {
  readonly #subscribe = createSubscriber((update) => {
    window.addEventListener('hashchange', update)
    return () => {
      window.removeEventListener('hashchange', update)
    }
  })

  get route(): Route {
    this.#subscribe()
    return routeFromHash(location.hash)
  }

  go(route: Exclude<Route, { page: 'missing' }>): void {
    location.hash = hrefTo(route)
  }
}
