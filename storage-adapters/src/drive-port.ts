import type { Room } from '@cloudos/protocol/room'

/** The few requests of Drive's interface that a medium stands on. They reject with `CloudError`, its code a `MediumFault`. */
export interface DriveApi {
  /** Ids that no file has had, for files of the application's own folder. */
  drawIds(count: number, cut: AbortSignal): Promise<readonly string[]>
  /** `taken`: a file with this id is there. */
  create(file: NewFile, how: HowToCreate, cut: AbortSignal): Promise<Created>
  /** At most so many and one more; `undefined` where there is no such file. */
  read(id: string, maxBytes: number, cut: AbortSignal): Promise<Uint8Array<ArrayBuffer> | undefined>
  /** The SHA-256 of what lies there, as Drive reckons it; `undefined` where there is no such file, or Drive does not say. */
  checksum(id: string, cut: AbortSignal): Promise<string | undefined>
  /** In the order of names. What was written or deleted just now may not show yet. */
  list(wanted: DriveSearch, cut: AbortSignal): AsyncIterable<DriveFile>
  remove(id: string, cut: AbortSignal): Promise<void>
  /** Of the whole account, which mail and photos share. */
  room(cut: AbortSignal): Promise<Room>
  /** Whose Drive this is: an address of electronic mail. */
  account(cut: AbortSignal): Promise<string>
}

export interface NewFile {
  readonly id: string
  readonly name: string
  readonly bytes: Uint8Array
}

export interface HowToCreate {
  /** It is asked again when no answer comes, and may then be `taken` by itself. */
  readonly repeats: boolean
  /** Asked right before each sending; when it may not, nothing is sent and the outcome is `unknown`. */
  readonly mayStill?: () => boolean
}

/** `atMs`: when it was made by Google's clock; left out when the answer does not say. */
export type Created =
  { readonly kind: 'made'; readonly atMs?: number } | { readonly kind: 'taken' } | { readonly kind: 'unknown' }

export interface DriveSearch {
  /** In Drive's language for searching. */
  readonly query: string
  readonly order: 'name' | 'name desc'
  readonly pageSize?: number
}

export interface DriveFile {
  readonly id: string
  readonly name: string
  readonly createdAtMs: number
  readonly checksum: string | undefined
}
