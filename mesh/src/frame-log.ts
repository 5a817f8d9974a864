import type { DocId, Incarnation } from '@cloudos/protocol/ids'

export interface LogRecord {
  readonly index: number
  readonly frame: Uint8Array
}

/** What opening a log had to leave behind. `keptAs` names the file that holds the cut or damaged bytes, when any were kept. */
export interface LogDamage {
  readonly kind: 'torn-tail' | 'damaged-record'
  readonly offset: number
  readonly bytes: number
  readonly keptAs?: string
}

/**
 * The frames of one document on this device, in the order they were admitted. What is read back has passed a checksum and nothing
 * else. `append` keeps order and may be lost by a power cut until a later `sync` resolves; a full disk makes it throw
 * (`CloudError` 'disk-full') and leaves the log as it was.
 */
export interface FrameLog {
  readonly frameCount: number
  readonly damages: readonly LogDamage[]
  /** The chain this device may go on with, or `undefined` when the last close was not clean or the log was copied here. */
  readonly continues: Incarnation | undefined
  /** True where a frame must be durable before it is sent, because a later opener continues the chain without a clean close. */
  readonly syncsBeforeSend: boolean
  /** Durably marks the log as being written under `incarnation`; before the first frame of a run. */
  begin(incarnation: Incarnation): Promise<void>
  append(frame: Uint8Array): number
  sync(): Promise<void>
  /** From `fromIndex` to the end as it is when reached, in order. Places that `replace` has emptied are passed over. */
  scan(fromIndex: number): AsyncIterable<LogRecord>
  /**
   * In one step what stands at `dropped` is gone and `records` stand at their places, each of which is empty or among `dropped`. All else
   * keeps its place until the log is opened again. It is durable when this resolves; when it rejects (`CloudError`) the log is as it was.
   * Not to be called again before that.
   */
  replace(dropped: ReadonlySet<number>, records: ReadonlyMap<number, Uint8Array>): Promise<void>
  /** Marks the log cleanly closed when it was begun. Closing twice is harmless. */
  close(): Promise<void>
}

export interface FrameStore {
  list(): Promise<readonly DocId[]>
  openLog(docId: DocId): Promise<FrameLog>
}
