import { createHash } from 'node:crypto'

/** Git's objects in memory, encoded and named as git does it; git itself judges them (`git-fsck.ts`). */
export type ObjectKind = 'blob' | 'tree' | 'commit'

export interface GitObject {
  readonly kind: ObjectKind
  readonly content: Buffer
}

export interface GitEntry {
  readonly path: string
  readonly mode: string
  readonly type: 'blob' | 'tree'
  readonly sha: string
  readonly size?: number
}

export interface GitCommit {
  readonly tree: string
  readonly parents: readonly string[]
  readonly message: string
  readonly author: GitAuthor
}

export interface GitAuthor {
  readonly name: string
  readonly email: string
  readonly date: string
}

export function shaOf({ kind, content }: GitObject): string {
  return createHash('sha1')
    .update(`${kind} ${String(content.length)}\0`)
    .update(content)
    .digest('hex')
}

export function encodeTree(entries: readonly GitEntry[]): Buffer {
  // Git orders a directory as if its name ended with a slash.
  const key = ({ path, type }: GitEntry): string => (type === 'tree' ? `${path}/` : path)
  const sorted = [...entries].sort((a, b) => Buffer.compare(Buffer.from(key(a)), Buffer.from(key(b))))
  return Buffer.concat(
    sorted.flatMap(({ path, mode, sha }) => [
      Buffer.from(`${mode.replace(/^0/, '')} ${path}\0`),
      Buffer.from(sha, 'hex'),
    ]),
  )
}

export function encodeCommit({ tree, parents, message, author }: GitCommit): Buffer {
  const who = `${author.name} <${author.email}> ${String(Date.parse(author.date) / 1000)} +0000`
  const lines = [`tree ${tree}`, ...parents.map((parent) => `parent ${parent}`), `author ${who}`, `committer ${who}`]
  return Buffer.from(`${lines.join('\n')}\n\n${message}`)
}
