import type { DriveApi } from './drive-port.ts'

/** File ids drawn beforehand: a creation that is asked for twice with one of them happens once. */
export interface IdPool {
  draw(cut: AbortSignal): Promise<string>
}

/** As many as an ordinary session uses. */
const DRAWN_AT_ONCE = 50

export function createIdPool(api: Pick<DriveApi, 'drawIds'>): IdPool {
  const pool: string[] = []
  const drawn = new Set<string>()
  let drawing: Promise<void> | undefined

  async function refill(cut: AbortSignal): Promise<void> {
    for (const id of await api.drawIds(DRAWN_AT_ONCE, cut)) if (!drawn.has(id)) pool.push(id)
    for (const id of pool) drawn.add(id)
    // Only to tell an answer that came twice.
    for (const id of drawn) if (drawn.size > 10 * DRAWN_AT_ONCE) drawn.delete(id)
  }

  return {
    async draw(cut) {
      for (;;) {
        const id = pool.pop()
        if (id !== undefined) return id
        drawing ??= refill(cut).finally(() => {
          drawing = undefined
        })
        await drawing
        cut.throwIfAborted()
      }
    },
  }
}
