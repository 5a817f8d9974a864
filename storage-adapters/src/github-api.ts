import type { Octokit } from '@octokit/rest'
import { asking, mediumErrorOf, requireWhole, settling, statusOf } from './github-error.ts'
import type { Settled } from './github-error.ts'
import { FIRST_FILE, textFromGithub } from './github-files.ts'
import type { FileChange, StoredFile, StoredFiles } from './github-files.ts'

/** The few requests of GitHub's Git Data API that a medium stands on. They reject with `CloudError`, its code a `MediumFault`. */
export interface GithubApi {
  /** `unchanged` since the answer that `etag` came with: such an answer costs nothing of the rate limit. */
  branches(etag: string | undefined, signal: AbortSignal): Promise<Branches | 'unchanged' | 'empty-repository'>
  commit(sha: string, signal: AbortSignal): Promise<Commit>
  files(tree: string, signal: AbortSignal): Promise<StoredFiles>
  text(sha: string, signal: AbortSignal): Promise<string>
  makeTree(base: string | undefined, changes: readonly FileChange[], signal: AbortSignal): Promise<string>
  makeCommit(commit: NewCommit, signal: AbortSignal): Promise<string>
  createBranch(branch: Branch, signal: AbortSignal): Promise<Settled>
  /** By fast-forward only. */
  moveBranch(branch: Branch, signal: AbortSignal): Promise<Settled>
  dropBranch(branch: number, signal: AbortSignal): Promise<Settled>
  /** A repository without any commit takes no trees: this makes a first file. */
  makeFirstFile(signal: AbortSignal): Promise<Settled>
}

export interface Branches {
  readonly etag: string | undefined
  readonly branches: readonly Branch[]
}

export interface Branch {
  readonly branch: number
  readonly commit: string
}

export interface Commit {
  readonly tree: string
  readonly message: string
  readonly date: string
}

export interface NewCommit {
  readonly tree: string
  readonly message: string
  readonly parents: readonly string[]
  /** GitHub's clock where none is given. */
  readonly date?: string
}

export interface Repository {
  readonly owner: string
  readonly repo: string
}

const BRANCHES = 'heads/cloudos/'
const AUTHOR = { name: 'CloudOS', email: 'copies@cloudos.invalid' }

export function createGithubApi(octokit: Octokit, repository: Repository): GithubApi {
  const { git, repos } = octokit.rest

  async function addFiles(
    sha: string,
    prefix: string,
    files: Map<string, StoredFile>,
    cut: AbortSignal,
  ): Promise<void> {
    const at = { ...repository, tree_sha: sha, request: { signal: cut } }
    const whole = await asking(cut, git.getTree({ ...at, recursive: '1' }), (tree) => tree)
    // Too large for one answer: directory by directory.
    const { tree } = whole.truncated ? await asking(cut, git.getTree(at), (level) => level) : whole
    for (const { path, type, sha: item, size } of tree) {
      if (type === 'blob') files.set(prefix + path, { sha: item, sizeBytes: size ?? 0 })
      else if (whole.truncated && type === 'tree') await addFiles(item, `${prefix}${path}/`, files, cut)
    }
  }

  return {
    async branches(etag, signal) {
      const headers = etag === undefined ? {} : { 'if-none-match': etag }
      try {
        const answer = await git.listMatchingRefs({ ...repository, ref: BRANCHES, headers, request: { signal } })
        requireWhole(answer.data)
        const branches = answer.data.flatMap(({ ref, object }) => {
          const number = /^refs\/heads\/cloudos\/(\d{1,9})$/.exec(ref)?.[1]
          return number === undefined ? [] : [{ branch: Number(number), commit: object.sha }]
        })
        return { etag: answer.headers.etag, branches }
      } catch (error) {
        signal.throwIfAborted()
        const status = statusOf(error)
        if (status === 304) return 'unchanged'
        if (status === 409) return 'empty-repository'
        throw mediumErrorOf(error)
      }
    },
    commit: (sha, signal) =>
      asking(signal, git.getCommit({ ...repository, commit_sha: sha, request: { signal } }), (commit) => ({
        tree: commit.tree.sha,
        message: commit.message,
        date: commit.committer.date,
      })),
    async files(tree, signal) {
      const files = new Map<string, StoredFile>()
      await addFiles(tree, '', files, signal)
      return files
    },
    text: (sha, signal) =>
      asking(signal, git.getBlob({ ...repository, file_sha: sha, request: { signal } }), textFromGithub),
    makeTree(base, changes, signal) {
      const tree = changes.map(({ path, text }) => ({
        path,
        mode: '100644' as const,
        type: 'blob' as const,
        ...(text === undefined ? { sha: null } : { content: text }),
      }))
      const onto = base === undefined ? {} : { base_tree: base }
      return asking(signal, git.createTree({ ...repository, ...onto, tree, request: { signal } }), ({ sha }) => sha)
    },
    makeCommit({ tree, message, parents, date }, signal) {
      const author = date === undefined ? AUTHOR : { ...AUTHOR, date }
      // Where nobody is named, who committed is the author; of a commit that every device makes alike, all is named.
      const committer = date === undefined ? {} : { committer: author }
      const commit = { tree, message, parents: [...parents], author, ...committer }
      return asking(signal, git.createCommit({ ...repository, ...commit, request: { signal } }), ({ sha }) => sha)
    },
    createBranch({ branch, commit }, signal) {
      const ref = `refs/${BRANCHES}${String(branch)}`
      return settling(signal, git.createRef({ ...repository, ref, sha: commit, request: { signal } }))
    },
    moveBranch({ branch, commit }, signal) {
      const ref = BRANCHES + String(branch)
      return settling(signal, git.updateRef({ ...repository, ref, sha: commit, force: false, request: { signal } }))
    },
    dropBranch(branch, signal) {
      return settling(signal, git.deleteRef({ ...repository, ref: BRANCHES + String(branch), request: { signal } }))
    },
    makeFirstFile: (signal) =>
      settling(signal, repos.createOrUpdateFileContents({ ...repository, ...FIRST_FILE, request: { signal } })),
  }
}
