/** Every place of the page, as data: links, the shell's navigation and the command bar are made from it. */
export const PAGES = ['home', 'notes', 'devices', 'runs', 'storage', 'recovery', 'activity', 'settings'] as const
export type PageName = (typeof PAGES)[number]

/** What is shown of a device beside its live figures. */
export const DEVICE_VIEWS = ['capabilities', 'permissions', 'details'] as const
export type DeviceViewName = (typeof DEVICE_VIEWS)[number]

export type Route =
  | { readonly page: PageName }
  /** Without a view: live. */
  | { readonly page: 'device'; readonly deviceId: string; readonly view?: DeviceViewName }
  /** A job, on the device that keeps its account. */
  | { readonly page: 'run'; readonly deviceId: string; readonly jobId: string }
  /** Of every agent, what belongs to one act. */
  | { readonly page: 'trace'; readonly traceId: string }
  | { readonly page: 'pair' }
  | { readonly page: 'kit' }
  | { readonly page: 'missing'; readonly path: string }

/** `hash` is `location.hash`; a place that does not exist is `missing`, never home, so a bad link says so. */
export function routeFromHash(hash: string): Route {
  const path = hash.replace(/^#?\/?/, '').replace(/\/$/, '')
  if (path === '') return { page: 'home' }
  const page = PAGES.find((name) => name === path)
  if (page !== undefined) return { page }
  if (path === 'devices/add') return { page: 'pair' }
  if (path === 'settings/kit') return { page: 'kit' }
  const [, at, jobId] = /^runs\/([0-9a-f]{32})\/([0-9a-f]{32})$/.exec(path) ?? []
  if (at !== undefined && jobId !== undefined) return { page: 'run', deviceId: at, jobId }
  const traceId = /^activity\/([0-9a-f]{32})$/.exec(path)?.[1]
  if (traceId !== undefined) return { page: 'trace', traceId }
  const [, deviceId, named] = /^devices\/([0-9a-f]{32})(?:\/([a-z]+))?$/.exec(path) ?? []
  const view = DEVICE_VIEWS.find((name) => name === named)
  if (deviceId === undefined || view !== named) return { page: 'missing', path }
  return { page: 'device', deviceId, ...(view && { view }) }
}

export function hrefTo(route: Exclude<Route, { page: 'missing' }>): string {
  switch (route.page) {
    case 'home':
      return '#/'
    case 'pair':
      return '#/devices/add'
    case 'kit':
      return '#/settings/kit'
    case 'run':
      return `#/runs/${route.deviceId}/${route.jobId}`
    case 'trace':
      return `#/activity/${route.traceId}`
    case 'device':
      return ['#/devices', route.deviceId, route.view].filter((part) => part !== undefined).join('/')
    case 'notes':
    case 'devices':
    case 'runs':
    case 'storage':
    case 'recovery':
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
    case 'run':
      return 'runs'
    case 'trace':
      return 'activity'
    case 'kit':
      return 'settings'
    case 'missing':
      return undefined
    case 'home':
    case 'notes':
    case 'devices':
    case 'runs':
    case 'storage':
    case 'recovery':
    case 'activity':
    case 'settings':
      return route.page
  }
}
