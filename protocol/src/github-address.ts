import { CloudError } from './cloud-error.ts'

/** A repository, and the GitHub that it is on. */
export interface GithubAddress {
  /** An origin: https, or on this machine itself. */
  readonly host: string
  readonly owner: string
  readonly repo: string
}

const GITHUB = 'https://github.com'
const OWNER = /^[a-z\d](?:[a-z\d-]{0,38})$/i
const REPOSITORY = /^[\w.-]{1,100}$/

/** `owner/repository` on github.com, or a whole address on another GitHub. Throws `CloudError` 'bad-address'. */
export function parseGithubAddress(where: string): GithubAddress {
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

/** One spelling for each repository. */
export function githubSpelling({ host, owner, repo }: GithubAddress): string {
  return host === GITHUB ? `${owner}/${repo}` : `${host}/${owner}/${repo}`
}

/** Where its API listens; `undefined` is github.com's own. */
export function githubApiUrl({ host }: GithubAddress): string | undefined {
  return host === GITHUB ? undefined : `${host}/api/v3`
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === '127.0.0.1' || hostname === '[::1]' || hostname === 'localhost'
}
