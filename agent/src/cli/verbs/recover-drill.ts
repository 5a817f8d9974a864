import { wipeVault } from '@cloudos/mesh/recovery/open-copy'
import { base64url } from '@cloudos/protocol/base-text'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Json } from '@cloudos/protocol/json-record'
import { drillCommand, readForDrillCommand } from '@cloudos/protocol/recovery-commands'
import type { Drilled } from '@cloudos/protocol/recovery-commands'
import { listStorageCommand } from '@cloudos/protocol/storage-commands'
import type { Entry } from '@cloudos/protocol/storage-commands'
import type { AgentDoor } from '../agent-door.ts'
import type { Errand } from '../errand.ts'
import { exitCodeOf } from '../exit-code.ts'
import { listOf, textOf } from '../json-fields.ts'
import { givenText } from '../verb.ts'
import type { Given, Outcome } from '../verb.ts'
import { askEntrances } from './drill-entrance.ts'
import { askShown, askWay, openTyped, valueOf } from './open-shown.ts'
import type { AskedWay } from './open-shown.ts'

/** What the person did wrong, the keychain of this machine, and an agent that is gone say nothing about a copy: the drill ends there. */
const NOT_OF_THE_COPY = new Set([
  ...['wrong-word', 'wrong-words', 'wrong-count', 'wrong-passphrase', 'no-secret', 'cancelled'],
  ...['keychain-unreachable', 'keychain-gone', 'keychain-damaged', 'key-open-to-others', 'wrong-keychain'],
  ...['disconnected', 'no-profile'],
])

/** Opens one copy, or all, from nothing but the medium and what the person types now. */
export async function runDrill(given: Given, errand: Errand): Promise<Outcome> {
  const door = await errand.openDoor()
  const media = await chosen(door, givenText(given, 'medium'))
  const results: Json[] = []
  const lines: string[] = []
  let exitCode = 0
  let asked: AskedWay | undefined
  // What signs in is asked for first: whoever pipes it in knows the order, and the way in comes last.
  for (const { where, entry } of await askEntrances(media, { given, errand, door })) {
    try {
      const { copy } = await askShown(door, readForDrillCommand, entry, errand.world.signal)
      asked ??= await askWay(copy, { given, errand })
      const { vault, slotName } = await openTyped(copy, asked)
      const epochKeys = [...vault.keyByEpoch].map(([epochId, key]) => [epochId, base64url.encode(key)])
      wipeVault(vault)
      const answer = await door.ask(
        drillCommand,
        { ...entry, way: slotName, epochKeys },
        { signal: errand.world.signal },
      )
      const drilled = valueOf(drillCommand.output, answer)
      results.push({ mediumId: entry.mediumId, where, outcome: 'good', ...drilled })
      lines.push(goodLine(where, drilled))
    } catch (cause) {
      if (!(cause instanceof CloudError) || NOT_OF_THE_COPY.has(cause.code)) throw cause
      results.push({ mediumId: entry.mediumId, where, outcome: cause.code, problem: cause.message })
      lines.push(badLine(where, cause))
      exitCode = exitCodeOf(cause.code)
    }
  }
  return { result: { media: results }, lines, exitCode }
}

async function chosen(door: AgentDoor, wanted: string): Promise<readonly Json[]> {
  const all = listOf(await door.ask(listStorageCommand, {}), 'media').filter(
    (one) => !['device', 'peer'].includes(textOf(one, 'kind')),
  )
  const media =
    wanted === '' ? all : all.filter((one) => [textOf(one, 'mediumId'), textOf(one, 'where')].includes(wanted))
  if (media.length > 0) return media.sort((one, other) => (textOf(one, 'where') < textOf(other, 'where') ? -1 : 1))
  throw wanted === ''
    ? new CloudError(
        'no-copy',
        'This device keeps no copy besides its own disk. Add one first: cloudos storage add folder /media/stick/cloudos',
      )
    : new CloudError('no-such-medium', `This device keeps no copy ${wanted}. List them with: cloudos storage list`)
}

function goodLine(where: string, { documents, edits, notSaved, entry }: Drilled): string {
  const behind = notSaved === 0 ? '' : ` ${String(notSaved)} newer edits are not in it yet.`
  return `${where}: opened and whole. ${String(documents)} documents, ${String(edits)} edits, the same as here.${behind}${SIGNED_IN[entry]}`
}

const SIGNED_IN: Readonly<Record<Entry, string>> = {
  'not-needed': '',
  asked: ' Signed in anew, as a new machine would.',
  stored: ' Signed in with this device’s stored credential: a lesser drill, since that is gone with the device.',
}

/** Where nobody came in, nothing is known of the copy. */
function badLine(where: string, { code, message }: CloudError): string {
  return code === 'wrong-credential'
    ? `${where}: not tested (${code}). ${message}`
    : `${where}: NOT recoverable now (${code}). ${message}`
}
