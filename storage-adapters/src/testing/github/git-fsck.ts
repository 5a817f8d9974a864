import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import type { GitObject } from './git-objects.ts'

/** Hands objects and refs to git, which checks every one of them. Throws with what git says when it finds a fault. */
export function fsck(objects: ReadonlyMap<string, GitObject>, refs: ReadonlyMap<string, string>): void {
  const folder = mkdtempSync(join(tmpdir(), 'cloudos-git-'))
  try {
    const env = { PATH: process.env['PATH'], GIT_CONFIG_NOSYSTEM: '1', HOME: folder }
    const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: folder, env, stdio: 'pipe' })
    git('init', '--bare', '--quiet', '--initial-branch=main')
    for (const [sha, { kind, content }] of objects) {
      const loose = deflateSync(Buffer.concat([Buffer.from(`${kind} ${String(content.length)}\0`), content]), {
        level: 1,
      })
      mkdirSync(join(folder, 'objects', sha.slice(0, 2)), { recursive: true })
      writeFileSync(join(folder, 'objects', sha.slice(0, 2), sha.slice(2)), loose)
    }
    const packed = [...refs].sort().map(([ref, sha]) => `${sha} ${ref}\n`)
    writeFileSync(join(folder, 'packed-refs'), `# pack-refs with: sorted\n${packed.join('')}`)
    git('fsck', '--strict', '--full', '--no-dangling', '--no-progress')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
