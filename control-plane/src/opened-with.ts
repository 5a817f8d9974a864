/** The pairing link an agent opened this page with, if it did. Whoever sees it may pair: it leaves the address bar at once. */
export function takeLink(location: Location, history: History): string | undefined {
  const link = findLink(location.hash)
  if (link !== undefined)
    history.replaceState(null, '', `${location.pathname}${location.search}#${placeIn(location.hash)}`)
  return link
}

export function findLink(hash: string): string | undefined {
  const [, link] = OPENED.exec(hash) ?? []
  return link === undefined ? undefined : 'cloudos:pair?' + link
}

/** Where the link leads to on the page, once it has been taken: a link holds no slash. */
export function placeIn(hash: string): string {
  return OPENED.exec(hash)?.[2] ?? '/'
}

const OPENED = /^#open=([^/]*)(\/.*)?$/s
