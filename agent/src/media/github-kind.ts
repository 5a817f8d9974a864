import { CloudError } from '@cloudos/protocol/cloud-error'
import { githubApiUrl, githubSpelling, parseGithubAddress } from '@cloudos/protocol/github-address'
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

/** A private repository, by `owner/repository` on github.com or by its whole address on another GitHub. */
export function githubKind(open: OpenGithub): MediumKindPort {
  async function connect(address: string, credential: Credential | undefined): Promise<ConnectedBlobStore> {
    if (credential === undefined || credential.secret === '')
      throw new CloudError('no-credential', 'Give a fine-grained token of GitHub with "Contents: read and write" for this repository alone.') // prettier-ignore
    const at = parseGithubAddress(address)
    const { owner, repo } = at
    return open({ repository: { owner, repo }, apiUrl: githubApiUrl(at), token: credential.secret })
  }

  async function enter(address: string, credential: Credential | undefined): Promise<void> {
    const store = await connect(address, credential)
    await store[Symbol.asyncDispose]()
  }

  return {
    normalise: (where) => githubSpelling(parseGithubAddress(where)),
    check: enter,
    found: enter,
    connect,
    failureDomain: (address) => {
      const { host, owner } = parseGithubAddress(address)
      return Promise.resolve(`${new URL(host).host} ${owner.toLowerCase()}`)
    },
    saveEveryMs: 5_000,
    retry: { firstMs: 5_000, maxMs: 300_000 },
  }
}
