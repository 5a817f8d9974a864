import { CloudError } from '@cloudos/protocol/cloud-error'

/** How the media on servers are retried: the line within a request, the keeper between saves. */
export const SERVER_RETRY = { firstMs: 500, maxMs: 60_000 }

/** One spelling for one place on a server. Throws `CloudError` for what is no address, or one that would give the password away. */
export function serverAddress(where: string): URL {
  const url = URL.parse(where)
  if (url === null || !['https:', 'http:'].includes(url.protocol))
    throw new CloudError('bad-address', `Give the whole address, such as https://cloud.example.org/folder: ${where} is none.`) // prettier-ignore
  if (url.username !== '' || url.password !== '')
    throw new CloudError('secret-in-address', 'Leave the user name and the password out of the address: it is shown and stored. Give them apart.') // prettier-ignore
  if (url.protocol === 'http:' && !isThisDevice(url))
    throw new CloudError('not-encrypted', 'Over http:// everybody on the way reads the password. Use the https:// address of this server.') // prettier-ignore
  url.hash = ''
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}

export function isThisDevice({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}

/** The server and the account on it: whoever runs the one or closes the other takes all that lies there. */
export function serverDomain(address: string, account: string | undefined): string | undefined {
  const url = new URL(address)
  if (isThisDevice(url)) return undefined
  return account === undefined ? url.host : `${account} at ${url.host}`
}
