import type { GitCommit, GitEntry } from './git-objects.ts'

/** Answers in the shapes that GitHub documents; the description holds each of them to it. */

const AT = 'https://api.github.com/repos/o/r/git'

export function refAnswer(ref: string, sha: string) {
  return { ref, node_id: `R_${sha}`, url: `${AT}/${ref}`, object: { type: 'commit', sha, url: `${AT}/commits/${sha}` } }
}

export function commitAnswer(sha: string, { tree, parents, message, author: who }: GitCommit) {
  const link = (kind: string, item: string) => ({ sha: item, url: `${AT}/${kind}/${item}` })
  return {
    ...link('commits', sha),
    node_id: `C_${sha}`,
    html_url: `https://github.com/o/r/commit/${sha}`,
    author: who,
    committer: who,
    message,
    tree: link('trees', tree),
    parents: parents.map((parent) => ({
      ...link('commits', parent),
      html_url: `https://github.com/o/r/commit/${parent}`,
    })),
    verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
  }
}

export function treeAnswer(sha: string, entries: readonly GitEntry[], truncated = false) {
  return {
    sha,
    url: `${AT}/trees/${sha}`,
    truncated,
    tree: entries.map((entry) => ({ ...entry, url: `${AT}/${entry.type}s/${entry.sha}` })),
  }
}

/** Base64 in lines of 60, as GitHub breaks them. */
export function blobAnswer(sha: string, content: Buffer) {
  const lines = content.toString('base64').match(/.{1,60}/g) ?? []
  return {
    sha,
    node_id: `B_${sha}`,
    size: content.length,
    url: `${AT}/blobs/${sha}`,
    content: lines.map((line) => `${line}\n`).join(''),
    encoding: 'base64',
  }
}

export function errorAnswer(status: number, message: string) {
  return { message, documentation_url: 'https://docs.github.com/rest', status: String(status) }
}
