/** Every place of the page, as data: links, the shell's navigation and the command bar are made from it. */
export const PAGES = ['home', 'notes', 'devices', 'activity', 'settings'] as const
export type PageName = (typeof PAGES)[number]

export type Route =
  | { readonly page: PageName }
  | { readonly page: 'device'; readonly deviceId: string }
  | { readonly page: 'pair' }
  | { readonly page: 'missing'; readonly path: string }

/** `hash` is `location.hash`; a place that does not exist is `missing`, never home, so a bad link says so. */
export function routeFromHash(hash: string): Route {
  const path = hash.replace(/^#?\/?/, '').replace(/\/$/, '')
  if (path === '') return { page: 'home' }
  const page = PAGES.find((name) => name === path)
  if (page !== undefined) return { page }
  if (path === 'devices/add') return { page: 'pair' }
  const deviceId = /^devices\/([0-9a-f]{32})$/.exec(path)?.[1]
  return deviceId === undefined ? { page: 'missing', path } : { page: 'device', deviceId }
}

export function hrefTo(route: Exclude<Route, { page: 'missing' }>): string {
  switch (route.page) {
    case 'home':
      return '#/'
    case 'pair':
      return '#/devices/add'
    case 'device':
      return '#/devices/' + route.deviceId
    case 'notes':
    case 'devices':
    case 'activity':
    case 'settings':
      return '#/' + route.page
  }
}

/** The entry of the navigation that a place belongs to. */
export function sectionOf(route: Route): PageName | undefined {
  switch (route.page) {
    case 'device':
    case 'pair':
      return 'devices'
    case 'missing':
      return undefined
    case 'home':
    case 'notes':
    case 'devices':
    case 'activity':
    case 'settings':
      return route.page
  }
}
