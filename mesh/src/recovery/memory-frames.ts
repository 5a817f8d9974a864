import type { DocId } from '@cloudos/protocol/ids'
import type { FrameLog, FrameStore } from '../frame-log.ts'

/** Frames that are gone with whoever holds them: for a profile that is only looked at. */
export function createMemoryFrames(): FrameStore {
  const logs = new Map<DocId, FrameLog>()
  return {
    list: () => Promise.resolve([...logs.keys()]),
    openLog: (docId) => {
      const log = logs.get(docId) ?? createLog()
      logs.set(docId, log)
      return Promise.resolve(log)
    },
  }
}

function createLog(): FrameLog {
  const frames: (Uint8Array | undefined)[] = []
  const done = (): Promise<void> => Promise.resolve()
  return {
    get frameCount() {
      return frames.length
    },
    damages: [],
    continues: undefined,
    syncsBeforeSend: false,
    begin: done,
    append: (frame) => frames.push(frame.slice()) - 1,
    sync: done,
    async *scan(fromIndex) {
      for (let index = fromIndex; index < frames.length; index++) {
        const frame = frames[index]
        if (frame !== undefined) yield { index, frame }
      }
    },
    replace: (dropped, records) => {
      for (const index of dropped) frames[index] = undefined
      for (const [index, record] of records) frames[index] = record.slice()
      return Promise.resolve()
    },
    close: done,
  }
}
