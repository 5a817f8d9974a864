import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import type { Credential, MediumKindPort } from './kinds.ts'

/** A repository, and where the GitHub that it is on listens. */
export interface GithubPlace {
  readonly repository: { readonly owner: string; readonly repo: string }
  /** `undefined` is github.com's own. */
  readonly apiUrl: string | undefined
  readonly token: string
}

/** The adapter for GitHub; main.ts names it. Rejects with a `MediumFault`. */
export type OpenGithub = (place: GithubPlace) => Promise<ConnectedBlobStore>

const GITHUB = 'https://github.com'
const OWNER = /^[a-z\d](?:[a-z\d-]{0,38})$/i
const REPOSITORY = /^[\w.-]{1,100}$/

/** A private repository, by `owner/repository` on github.com or by its whole address on another GitHub. */
export function githubKind(open: OpenGithub): MediumKindPort {
  async function connect(address: string, credential: Credential | undefined): Promise<ConnectedBlobStore> {
    if (credential === undefined || credential.secret === '')
      throw new CloudError('no-credential', 'Give a fine-grained token of GitHub with "Contents: read and write" for this repository alone.') // prettier-ignore
    return open({ ...placeOf(address), token: credential.secret })
  }

  async function enter(address: string, credential: Credential | undefined): Promise<void> {
    const store = await connect(address, credential)
    await store[Symbol.asyncDispose]()
  }

  return {
    normalise: (where) => spellingOf(parsePlace(where)),
    check: enter,
    found: enter,
    connect,
    failureDomain: (address) => {
      const { host, owner } = parsePlace(address)
      return Promise.resolve(`${new URL(host).host} ${owner.toLowerCase()}`)
    },
    retry: { firstMs: 5_000, maxMs: 300_000 },
  }
}

interface Place {
  readonly host: string
  readonly owner: string
  readonly repo: string
}

function spellingOf({ host, owner, repo }: Place): string {
  return host === GITHUB ? `${owner}/${repo}` : `${host}/${owner}/${repo}`
}

function placeOf(address: string): Omit<GithubPlace, 'token'> {
  const { host, owner, repo } = parsePlace(address)
  return { repository: { owner, repo }, apiUrl: host === GITHUB ? undefined : `${host}/api/v3` }
}

function parsePlace(where: string): Place {
  const whole = /^https?:/.test(where) ? where : `${GITHUB}/${where}`
  const url = URL.parse(whole)
  const [owner = '', name = '', ...more] = (url?.pathname.slice(1) ?? '').replace(/\/$/, '').split('/')
  const repo = name.replace(/\.git$/, '')
  if (url === null || !OWNER.test(owner) || !REPOSITORY.test(repo) || repo === '..' || repo === '.' || more.length > 0)
    throw new CloudError('bad-address', `Name the repository as owner/name, or give its address: ${where} is neither.`)
  if (url.username !== '' || url.password !== '')
    throw new CloudError('bad-address', 'Leave the token out of the address: it is asked for apart and kept sealed.')
  if (url.protocol !== 'https:' && !isLoopback(url))
    throw new CloudError('bad-address', 'A token is sent there, so the address has to begin with https.')
  return { host: url.origin, owner, repo }
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === '127.0.0.1' || hostname === '[::1]' || hostname === 'localhost'
}
