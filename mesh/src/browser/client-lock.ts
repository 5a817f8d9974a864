import type { DocId } from '@cloudos/protocol/ids'

/** Holding this lock is what makes a client id a tab's own: it outlives the leader and ends with the tab. */
export function clientLock(docId: DocId, client: number): string {
  return `cloudos/client/${docId}/${String(client)}`
}

export function findClientOfLock(docId: DocId, name: string | undefined): number | undefined {
  const prefix = clientLock(docId, 0).slice(0, -1)
  return name?.startsWith(prefix) === true ? Number(name.slice(prefix.length)) : undefined
}
