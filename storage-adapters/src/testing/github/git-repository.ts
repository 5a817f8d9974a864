import { fsck } from './git-fsck.ts'
import { encodeCommit, encodeTree, shaOf } from './git-objects.ts'
import type { GitAuthor, GitCommit, GitEntry, GitObject } from './git-objects.ts'

/** A repository as a host keeps it: objects for ever, refs that move by comparison. Everything in it is at once there for all. */
export interface GitRepository {
  readonly isEmpty: boolean
  refs(prefix: string): readonly { readonly ref: string; readonly sha: string }[]
  /** These three throw `NoSuchObject`. */
  commit(sha: string): GitCommit
  tree(sha: string, isRecursive: boolean): readonly GitEntry[]
  file(sha: string): Buffer
  makeTree(base: string | undefined, changes: readonly GitChange[]): string
  makeCommit(commit: NewGitCommit): string
  /** False when it is there already. */
  createRef(ref: string, sha: string): boolean
  /** False when it is not there, or `sha` does not stand on it. */
  forwardRef(ref: string, sha: string): boolean
  deleteRef(ref: string): boolean
  /** Throws with what git itself finds wrong. */
  fsck(): void
}

export interface GitChange {
  readonly path: string
  readonly mode: string
  /** `undefined` deletes it. */
  readonly content: Buffer | undefined
}

export interface NewGitCommit extends Omit<GitCommit, 'author'> {
  readonly author: Omit<GitAuthor, 'date'> & { readonly date?: string }
}

export class NoSuchObject extends Error {}

function required<T>(found: T | undefined): T {
  if (found === undefined) throw new NoSuchObject()
  return found
}

export function createGitRepository(): GitRepository {
  const objects = new Map<string, GitObject>()
  const entriesByTree = new Map<string, readonly GitEntry[]>()
  const commits = new Map<string, GitCommit>()
  const refs = new Map<string, string>()

  function store(object: GitObject): string {
    const sha = shaOf(object)
    objects.set(sha, object)
    return sha
  }

  function storeTree(entries: readonly GitEntry[]): string {
    const sha = store({ kind: 'tree', content: encodeTree(entries) })
    entriesByTree.set(sha, entries)
    return sha
  }

  function changed(tree: string | undefined, changes: readonly GitChange[]): string {
    const entries = new Map((tree === undefined ? [] : (entriesByTree.get(tree) ?? [])).map((one) => [one.path, one]))
    const below = new Map<string, GitChange[]>()
    for (const change of changes) {
      const [name = '', ...rest] = change.path.split('/')
      const { content, mode } = change
      if (rest.length > 0) below.set(name, [...(below.get(name) ?? []), { ...change, path: rest.join('/') }])
      else if (content === undefined) entries.delete(name)
      else {
        const sha = store({ kind: 'blob', content })
        entries.set(name, { path: name, mode, type: 'blob', sha, size: content.length })
      }
    }
    for (const [name, inner] of below) {
      const sha = changed(entries.get(name)?.sha, inner)
      if (entriesByTree.get(sha)?.length === 0) entries.delete(name)
      else entries.set(name, { path: name, mode: '040000', type: 'tree', sha })
    }
    return storeTree([...entries.values()])
  }

  function walk(sha: string, isRecursive: boolean, prefix: string): readonly GitEntry[] {
    return (entriesByTree.get(sha) ?? []).flatMap((entry) => [
      { ...entry, path: prefix + entry.path },
      ...(isRecursive && entry.type === 'tree' ? walk(entry.sha, true, `${prefix}${entry.path}/`) : []),
    ])
  }

  function standsOn(sha: string, ancestor: string): boolean {
    const waiting = [sha]
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      if (one === ancestor) return true
      waiting.push(...(commits.get(one)?.parents ?? []))
    }
    return false
  }

  return {
    get isEmpty() {
      return refs.size === 0
    },
    refs: (prefix) => [...refs].filter(([ref]) => ref.startsWith(prefix)).map(([ref, sha]) => ({ ref, sha })),
    commit: (sha) => required(commits.get(sha)),
    tree: (sha, isRecursive) => required(entriesByTree.get(sha)) && walk(sha, isRecursive, ''),
    file: (sha) => required(objects.get(sha)).content,
    makeTree: changed,
    makeCommit({ tree, parents, message, author }) {
      const date = author.date ?? new Date().toISOString().replace(/\.\d+Z$/, 'Z')
      const commit = { tree, parents, message, author: { ...author, date } }
      const sha = store({ kind: 'commit', content: encodeCommit(commit) })
      commits.set(sha, commit)
      return sha
    },
    createRef(ref, sha) {
      if (refs.has(ref) || !commits.has(sha)) return false
      refs.set(ref, sha)
      return true
    },
    forwardRef(ref, sha) {
      const from = refs.get(ref)
      if (from === undefined || !standsOn(sha, from)) return false
      refs.set(ref, sha)
      return true
    },
    deleteRef: (ref) => refs.delete(ref),
    fsck: () => fsck(objects, refs),
  }
}
