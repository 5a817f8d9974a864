import { createMediumError } from './medium-error.ts'
import type { GithubApi, Branch } from './github-api.ts'
import type { Settled } from './github-error.ts'
import { gitSha } from './github-files.ts'
import type { FileChange, StoredFile, StoredFiles } from './github-files.ts'
import { createTextCache } from './text-cache.ts'

/** The newest commit, and what lies there. */
export interface Tip extends Branch {
  readonly tree: string
  /** Commits on this branch. */
  readonly depth: number
  readonly files: StoredFiles
}

/**
 * The line of commits that a medium is: the branch `cloudos/<n>`, moved on by fast-forward only, which is the compare-and-swap. Git
 * forgets nothing, so a line that has grown long ends with a file `moved`, and the same files start branch n+1 without a past. Whoever
 * finds an ended line starts the next one: all of them make the same commit, so it does not matter who is first.
 */
export interface Line {
  /** Asked for anew each time; `undefined` before the first commit. */
  read(cut: AbortSignal): Promise<Tip | undefined>
  readText(file: StoredFile, cut: AbortSignal): Promise<string>
  /** One commit on top of `tip`. `refused`: read again. */
  append(tip: Tip | undefined, changes: readonly FileChange[], cut: AbortSignal): Promise<Settled>
}

const MOVED = 'moved'
const CACHED_CHARACTERS = 4 * 1024 * 1024
/** More lines than one reader could meet that end while it reads. */
const ENDED_MAX = 20

/** A branch with `commitsMax` commits is left for a fresh one. */
export function createLine(api: GithubApi, commitsMax: number): Line {
  const texts = createTextCache(CACHED_CHARACTERS)
  let asked: { readonly etag: string | undefined; readonly newest: Branch | undefined } | undefined
  let known: Tip | undefined
  let isEmpty = false

  async function newest(cut: AbortSignal): Promise<Branch | undefined> {
    const answer = await api.branches(asked?.etag, cut)
    isEmpty = answer === 'empty-repository'
    if (answer === 'empty-repository') return undefined
    if (answer !== 'unchanged') asked = { etag: answer.etag, newest: latest(answer.branches) }
    return asked?.newest
  }

  async function tipOf({ branch, commit }: Branch, cut: AbortSignal): Promise<Tip> {
    if (known?.branch === branch && known.commit === commit) return known
    const { tree, message } = await api.commit(commit, cut)
    known = { branch, commit, tree, depth: depthOf(message), files: await api.files(tree, cut) }
    return known
  }

  async function startNext(ended: Tip, cut: AbortSignal): Promise<void> {
    const { date } = await api.commit(ended.commit, cut)
    const tree = await api.makeTree(ended.tree, [{ path: MOVED, text: undefined }], cut)
    const commit = await api.makeCommit({ tree, message: messageOf(1), parents: [], date }, cut)
    const outcome = await api.createBranch({ branch: ended.branch + 1, commit }, cut)
    // Left behind it does no harm: the newest branch is the one that counts.
    if (outcome !== 'unknown') await api.dropBranch(ended.branch, cut)
  }

  async function end({ branch, tree, depth, commit }: Tip, cut: AbortSignal): Promise<Settled> {
    const last = await api.makeTree(tree, [{ path: MOVED, text: '' }], cut)
    const message = messageOf(depth + 1)
    const ended = await api.makeCommit({ tree: last, message, parents: [commit] }, cut)
    return (await api.moveBranch({ branch, commit: ended }, cut)) === 'unknown' ? 'unknown' : 'refused'
  }

  /** What lies there after a commit of ours, so that it need not be read back. */
  async function withChanges(tip: Tip | undefined, changes: readonly FileChange[]): Promise<StoredFiles> {
    const files = new Map(tip?.files)
    for (const { path, text } of changes) {
      if (text === undefined) files.delete(path)
      else {
        const sha = await gitSha(text)
        files.set(path, { sha, sizeBytes: text.length })
        texts.add(sha, text)
      }
    }
    return files
  }

  return {
    async read(cut) {
      for (let ended = 0; ended < ENDED_MAX; ended++) {
        const branch = await newest(cut)
        const tip = branch && (await tipOf(branch, cut))
        if (tip?.files.has(MOVED) !== true) return tip
        await startNext(tip, cut)
      }
      throw createMediumError('medium-failed', 'The branches of this repository end without one that goes on.')
    },
    async readText({ sha }, cut) {
      const cached = texts.find(sha)
      if (cached !== undefined) return cached
      const text = await api.text(sha, cut)
      texts.add(sha, text)
      return text
    },
    async append(tip, changes, cut) {
      if (tip !== undefined && tip.depth >= commitsMax) return end(tip, cut)
      // Made or not, there is nothing of ours yet: whoever asks again finds out.
      if (isEmpty && (await api.makeFirstFile(cut)) === 'unknown')
        throw createMediumError('medium-unreachable', 'GitHub does not answer. It is tried again.')
      const tree = await api.makeTree(tip?.tree, changes, cut)
      const depth = (tip?.depth ?? 0) + 1
      const parents = tip === undefined ? [] : [tip.commit]
      const next = {
        branch: tip?.branch ?? 1,
        commit: await api.makeCommit({ tree, message: messageOf(depth), parents }, cut),
      }
      const outcome = await (tip === undefined ? api.createBranch(next, cut) : api.moveBranch(next, cut))
      if (outcome === 'done') known = { ...next, tree, depth, files: await withChanges(tip, changes) }
      return outcome
    },
  }
}

function latest(branches: readonly Branch[]): Branch | undefined {
  return branches.reduce<Branch | undefined>((last, one) => (last && last.branch > one.branch ? last : one), undefined)
}

function messageOf(depth: number): string {
  return `CloudOS ${String(depth)}`
}

/** Somebody else's commit on our branch counts as the first. */
function depthOf(message: string): number {
  return Number(/^CloudOS (\d{1,9})$/.exec(message)?.[1] ?? 1)
}
