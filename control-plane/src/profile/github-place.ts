import { CloudError } from '@cloudos/protocol/cloud-error'
import { githubApiUrl, parseGithubAddress } from '@cloudos/protocol/github-address'

/** A repository and its token as the adapter takes them. Throws `CloudError` for what is no repository, or no token. */
export function githubPlace(where: string, token: string) {
  const at = parseGithubAddress(where)
  if (token === '')
    throw new CloudError('no-credential', 'Give a fine-grained token of GitHub with "Contents: read and write" for this repository alone.') // prettier-ignore
  return { repository: { owner: at.owner, repo: at.repo }, apiUrl: githubApiUrl(at), token }
}
