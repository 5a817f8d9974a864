/** The link an agent opened this page with, if it did. Whoever sees it may pair: it leaves the address bar and the history at once. */
export function takeLink(location: Location, history: History): string | undefined {
  const link = findLink(location.hash)
  if (link !== undefined) history.replaceState(null, '', location.pathname + location.search + '#/')
  return link
}

export function findLink(hash: string): string | undefined {
  return hash.startsWith('#cloudos:pair?') ? hash.slice(1) : undefined
}
