/** The pairing link an agent opened this page with, if it did. Whoever sees it may pair: it leaves the address bar at once. */
export function takeLink(location: Location, history: History): string | undefined {
  const link = findLink(location.hash)
  if (link !== undefined) history.replaceState(null, '', `${location.pathname}${location.search}#/`)
  return link
}

export function findLink(hash: string): string | undefined {
  return hash.startsWith('#open=') ? 'cloudos:pair?' + hash.slice('#open='.length) : undefined
}
