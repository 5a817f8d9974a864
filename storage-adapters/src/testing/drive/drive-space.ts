import { createHash, randomBytes } from 'node:crypto'

/** A file of the application's own folder. */
export interface SpaceFile {
  readonly id: string
  readonly name: string
  content: Buffer
  readonly createdAtMs: number
}

/**
 * What lies in one account's folder of one application. Reading by id sees everything at once; lists lag: a change shows only after so
 * many lists have been asked for.
 */
export interface DriveSpace {
  nowMs: number
  /** Lists that go by before a change shows. */
  listLag: number
  quotaBytes: number
  readonly usedBytes: number
  readonly files: ReadonlyMap<string, SpaceFile>
  drawId(): string
  create(id: string, name: string, content: Buffer): SpaceFile | 'taken' | 'full' | 'bad-id'
  remove(id: string): boolean
  listed(): readonly SpaceFile[]
  /** Lists show it late, and later still. */
  hide(id: string, isHidden: boolean): void
}

export function createDriveSpace(): DriveSpace {
  const files = new Map<string, SpaceFile>()
  const drawn = new Set<string>()
  /** What lists show, and the changes that they do not show yet. */
  const shown = new Map<string, SpaceFile>()
  let hidden: { readonly change: () => void; readonly at: number }[] = []
  const veiled = new Set<string>()
  let lists = 0

  const space: DriveSpace = {
    nowMs: Date.UTC(2026, 0, 1),
    listLag: 0,
    quotaBytes: 15 * 1024 ** 3,
    get usedBytes() {
      return [...files.values()].reduce((sum, { content }) => sum + content.length, 0)
    },
    files,
    drawId() {
      const id = `1${randomBytes(37).toString('base64url')}`
      drawn.add(id)
      return id
    },
    create(id, name, content) {
      if (!drawn.has(id)) return 'bad-id'
      if (files.has(id)) return 'taken'
      if (space.usedBytes + content.length > space.quotaBytes) return 'full'
      const file = { id, name, content, createdAtMs: space.nowMs }
      files.set(id, file)
      hidden.push({ change: () => shown.set(id, file), at: lists + space.listLag })
      return file
    },
    remove(id) {
      hidden.push({ change: () => shown.delete(id), at: lists + space.listLag })
      return files.delete(id)
    },
    listed() {
      lists += 1
      for (const { change, at } of hidden) if (at < lists) change()
      hidden = hidden.filter(({ at }) => at >= lists)
      return [...shown.values()].filter(({ id }) => !veiled.has(id))
    },
    hide(id, isHidden) {
      if (isHidden) veiled.add(id)
      else veiled.delete(id)
    },
  }
  return space
}

export function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
