import { CloudError } from './cloud-error.ts'

/** The OAuth client by which a Drive is reached: each project has a folder of its own in every account. */
export interface DriveAddress {
  readonly clientId: string
  /** `undefined` is Google's own; another one listens on this very device. */
  readonly service: SignInEndpoints | undefined
}

export interface DriveEndpoints {
  readonly apiUrl: string
  readonly tokenUrl: string
}

export interface SignInEndpoints extends DriveEndpoints {
  readonly signInUrl: string
}

const SCHEME = 'drive:'
const CLIENT_ID = /^\d{6,24}-[a-z0-9]{8,64}\.apps\.googleusercontent\.com$/

/** `drive:<client id>`; at a service on this device, its address before the client's. Throws `CloudError`. */
export function normaliseDrive(where: string): string {
  const { clientId, service } = parseDriveAddress(where)
  return service === undefined ? SCHEME + clientId : service.apiUrl + clientId
}

export function parseDriveAddress(where: string): DriveAddress {
  const text = where.trim()
  const url = /^https?:/.test(text) ? URL.parse(text) : null
  const clientId = url === null ? text.replace(/^drive:/, '') : url.pathname.slice(1)
  if (url !== null && !isThisDevice(url)) throw notOurs(where)
  if (!CLIENT_ID.test(clientId)) throw wrongClient(clientId)
  const at = url?.origin
  return {
    clientId,
    service: at === undefined ? undefined : { apiUrl: `${at}/`, tokenUrl: `${at}/token`, signInUrl: `${at}/o/oauth2/v2/auth` }, // prettier-ignore
  }
}

/** What people paste in place of it, each with its own word. */
function wrongClient(text: string): CloudError {
  if (text.startsWith('GOCSPX-'))
    return new CloudError('bad-address', 'That is the client secret. The client id stands above it and ends with .apps.googleusercontent.com.') // prettier-ignore
  if (text.endsWith('.iam.gserviceaccount.com'))
    return new CloudError('bad-address', 'That is a service account, which has a Drive of its own that nobody sees. Make an OAuth client of the kind "Desktop app".') // prettier-ignore
  if (/^[\w.+-]+@[\w.-]+$/.test(text))
    return new CloudError('bad-address', 'Give the id of your OAuth client, not your address: Google asks for the account when you sign in.') // prettier-ignore
  if (text.startsWith('AIza'))
    return new CloudError('bad-address', 'That is an API key, which opens nobody’s Drive. Make an OAuth client of the kind "Desktop app".') // prettier-ignore
  return new CloudError('bad-address', 'Give the whole id of your OAuth client: figures, a dash, letters, and .apps.googleusercontent.com at its end.') // prettier-ignore
}

function notOurs(where: string): CloudError {
  return new CloudError('bad-address', `Google Drive is at Google alone: give the id of your OAuth client instead of ${where}.`) // prettier-ignore
}

/** Whether a place is in a Drive, for whoever keeps places of several kinds by their spelling alone. */
export function isDriveAddress(where: string): boolean {
  return /(?:^|:|\/)\d{6,24}-[a-z0-9]{8,64}\.apps\.googleusercontent\.com$/.test(where)
}

/** The number of the project that the client belongs to, by which Google tells applications apart. */
export function projectOf({ clientId }: Pick<DriveAddress, 'clientId'>): string {
  return clientId.slice(0, clientId.indexOf('-'))
}

function isThisDevice({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}
