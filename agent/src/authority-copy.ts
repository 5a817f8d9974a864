import type { AuthorityStore } from '@cloudos/mesh/authority-log'
import { profileIdFrom } from '@cloudos/crypto/derive'
import { parseSignedEntry } from '@cloudos/protocol/authority'
import { concatBytes, hexFromBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ProfileId } from '@cloudos/protocol/ids'
import type { Disk } from '@cloudos/protocol/ports'

/* [len u32][entry] back to back, big endian. */
const FILE = 'authority'
const PREFIX_BYTES = 4

/**
 * Keeps the entries of the authority log a second time, as one plain file: without them a device with a torn journal would no longer
 * know what profile it is in. What the journal has lost is put back into it. Nothing read here needs trust: entries are verified when
 * they are folded.
 */
export function keepTwice(store: AuthorityStore, disk: Disk): AuthorityStore {
  const copy = async (): Promise<void> => {
    const { entries } = await store.load()
    try {
      await disk.writeFile(FILE, encodeEntries(entries))
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause // the entries are in the journal; the next start copies them
    }
  }
  return {
    async load() {
      const copied = parseEntries(await disk.readFile(FILE))
      const { entries, keyChanges } = await store.load()
      const held = new Set(entries.map(hexFromBytes))
      const lost = copied.filter((entry) => !held.has(hexFromBytes(entry)))
      if (lost.length > 0) await store.append(lost, keyChanges)
      if (copied.length < held.size) await copy()
      return { entries: [...entries, ...lost], keyChanges }
    },
    async append(entries, keyChanges) {
      await store.append(entries, keyChanges)
      await copy()
    },
  }
}

/** The profile that a log begins; `undefined` for a log without a genesis. */
export function findProfileOf(entries: readonly Uint8Array[]): ProfileId | undefined {
  for (const bytes of entries) {
    const parsed = parseSignedEntry(bytes)
    const body = parsed.ok ? parsed.value.entry.body : undefined
    if (body?.kind === 'genesis') return profileIdFrom(body.rootPublicKey, body.recoveryPublicKey)
  }
  return undefined
}

function encodeEntries(entries: readonly Uint8Array[]): Uint8Array {
  return concatBytes(
    ...entries.flatMap((entry) => {
      const prefix = new Uint8Array(PREFIX_BYTES)
      new DataView(prefix.buffer).setUint32(0, entry.length)
      return [prefix, entry]
    }),
  )
}

/** As far as the file is whole. */
function parseEntries(bytes: Uint8Array = new Uint8Array()): readonly Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const entries: Uint8Array[] = []
  for (let at = 0; at + PREFIX_BYTES <= bytes.length;) {
    const end = at + PREFIX_BYTES + view.getUint32(at)
    if (end > bytes.length) break
    entries.push(bytes.slice(at + PREFIX_BYTES, end))
    at = end
  }
  return entries
}
