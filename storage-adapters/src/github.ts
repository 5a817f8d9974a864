import { Octokit } from '@octokit/rest'
import { LIMITS } from '@cloudos/protocol/limits'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { createBlobStore } from './blob-store.ts'
import { createGithubApi } from './github-api.ts'
import type { Repository } from './github-api.ts'
import { asking } from './github-error.ts'
import { createGithubMedium } from './github-medium.ts'
import { createLine } from './github-line.ts'
import type { HttpLine } from './http-line.ts'
import { fetchOver } from './line-fetch.ts'
import { createMediumError } from './medium-error.ts'

export interface GithubOptions {
  readonly repository: Repository
  /** Fine-grained, with "Contents: read and write" for this repository alone. */
  readonly token: string
  /** Another GitHub than github.com. */
  readonly apiUrl?: string | undefined
  readonly line: HttpLine
  /** Commits after which a branch is left for one without a past. */
  readonly commitsMax?: number
  /** What a repository may hold; as much as GitHub recommends when it does not say. */
  readonly quotaBytes?: number
}

/** What the token is good for, as far as GitHub says so. */
export interface GithubAccess {
  readonly expiresAtMs?: number
  /** A token that opens more than it needs to: its scopes. Fine-grained tokens do not tell. */
  readonly scopes?: readonly string[]
}

export interface ConnectedGithub {
  readonly store: ConnectedBlobStore
  readonly access: GithubAccess
}

const GITHUB_API = 'https://api.github.com'
/** What GitHub recommends a repository to stay below. */
const QUOTA_BYTES = 1024 ** 3
const COMMITS_MAX = 1_000
/** The largest blob, its text in base64 as GitHub hands it out, and the list of a very large tree. */
const ANSWER_MAX_BYTES = 32 * 1024 * 1024

/** What goes wrong is told by the port. */
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore }
function ignore(): void {}

/**
 * Opens a private repository as a medium. Rejects with `medium-forbidden` for a public one: whoever has the wallet would then have
 * everything.
 */
export async function connectGithub(options: GithubOptions, cut: AbortSignal): Promise<ConnectedGithub> {
  const { repository, token, apiUrl = GITHUB_API, line, commitsMax = COMMITS_MAX, quotaBytes = QUOTA_BYTES } = options
  const request = { fetch: fetchOver(line, ANSWER_MAX_BYTES) }
  const octokit = new Octokit({ auth: token, baseUrl: apiUrl, request, log: SILENT })
  const asked = octokit.rest.repos.get({ ...repository, request: { signal: cut } })
  const { isPrivate, canWrite } = await asking(cut, asked, (data) => ({
    isPrivate: data.private,
    canWrite: data.permissions?.push === true && !data.archived,
  }))
  if (!isPrivate)
    throw createMediumError(
      'medium-forbidden',
      `${repository.owner}/${repository.repo} is public: everybody could read the sealed copy. Make it private, or choose another.`,
    )
  if (!canWrite)
    throw createMediumError(
      'medium-forbidden',
      'This token may not write to the repository, or the repository is archived. It needs "Contents: read and write".',
    )
  const { headers } = await asked
  const medium = createGithubMedium(createLine(createGithubApi(octokit, repository), commitsMax), {
    cas: true,
    maxBlobBytes: LIMITS.blobMaxBytes,
    quotaBytes,
    tellsRoom: 'own',
    evictable: false,
    failureDomain: `github ${repository.owner.toLowerCase()}`,
  })
  return { store: createBlobStore(medium), access: accessOf(headers) }
}

type Headers = Readonly<Record<string, string | number | undefined>>

function accessOf(headers: Headers): GithubAccess {
  const expiry = headers['github-authentication-token-expiration']
  const expiresAtMs = Date.parse(String(expiry).replace(' UTC', 'Z').replace(' ', 'T'))
  const scopes = headers['x-oauth-scopes']
  return {
    ...(!Number.isNaN(expiresAtMs) && { expiresAtMs }),
    ...(typeof scopes === 'string' && scopes !== '' && { scopes: scopes.split(',').map((scope) => scope.trim()) }),
  }
}
