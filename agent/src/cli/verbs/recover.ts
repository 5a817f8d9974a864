import { addDevice } from '@cloudos/crypto/change-authority'
import { verifyCertificate } from '@cloudos/crypto/certificate-check'
import { createSigner } from '@cloudos/crypto/signature'
import { wipeVault } from '@cloudos/mesh/recovery/open-copy'
import type { OpenedCopy } from '@cloudos/mesh/recovery/open-copy'
import { base64url } from '@cloudos/protocol/base-text'
import { parseCertificate } from '@cloudos/protocol/certificate'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { statusCommand } from '@cloudos/protocol/commands'
import { enterCommand, readCopyCommand } from '@cloudos/protocol/recovery-commands'
import type { Recovered, ShownForRecovery } from '@cloudos/protocol/recovery-commands'
import { nodeRng } from '../../node-ports.ts'
import type { Errand } from '../errand.ts'
import { fieldOf } from '../json-fields.ts'
import { givenText } from '../verb.ts'
import type { Given, Outcome } from '../verb.ts'
import { askShown, openShown, valueOf } from './open-shown.ts'
import { runDrill } from './recover-drill.ts'
import { findSecret } from './storage-add.ts'

/**
 * Brings a profile back. What opens the copy is read, used and wiped in this process: the agent gets the root's signature under its own
 * certificate and nothing else.
 */
export async function runRecover(given: Given, errand: Errand): Promise<Outcome> {
  if (given.get('drill') === true) return runDrill(given, errand)
  const door = await errand.openDoor()
  if (fieldOf(await door.ask(statusCommand, {}), 'profileId') !== undefined) throw inAProfile()
  const place = await placeFrom(given, errand)
  const { signal } = errand.world
  const { shown, copy } = await askShown(door, readCopyCommand, place, signal)
  const opened = await openShown(copy, { given, errand })
  let entries: readonly Uint8Array[]
  try {
    entries = await letIn(opened, shown)
  } finally {
    wipeVault(opened.vault)
  }
  const answer = await door.ask(
    enterCommand,
    { place, entries: entries.map((entry) => base64url.encode(entry)) },
    { signal },
  )
  const recovered = valueOf(enterCommand.output, answer)
  return { result: { ...recovered, freshness: 'unproven' }, lines: linesOf(recovered, shown) }
}

async function placeFrom(given: Given, errand: Errand): Promise<Readonly<Record<string, string>>> {
  const [kind, where, account] = ['kind', 'where', 'account'].map((name) => givenText(given, name))
  if (given.has('medium'))
    throw new CloudError('bad-input', 'Without --drill, say where the copy lies: with --kind and --where.')
  if (!kind || !where)
    throw new CloudError(
      'bad-input',
      'Say where the copy lies: --kind and --where, such as --kind folder --where /media/stick/cloudos.',
    )
  const secret = await findSecret(given, errand)
  return { kind, where, ...(account && { account }), ...(secret !== undefined && { secret }) }
}

/** What the root says to this agent's certificate, once it is sure that the agent holds its keys. */
async function letIn({ state, vault }: OpenedCopy, shown: ShownForRecovery): Promise<readonly Uint8Array[]> {
  const certificate = parseCertificate(shown.certificate)
  if (!certificate.ok || !(await verifyCertificate(certificate.value, shown.profileId, shown.challenge)).ok)
    throw new CloudError(
      'bad-certificate',
      'The agent showed keys that do not hold. It was not added. Restart it: cloudos down, then cloudos up',
    )
  const power = { state, root: createSigner(vault.rootSeed), rng: nodeRng, nowMs: Date.now() }
  const added = await addDevice(power, certificate.value, vault.keyByEpoch)
  return added.map(({ bytes }) => bytes)
}

function linesOf(recovered: Recovered, { gen, savedAtMs }: ShownForRecovery): readonly string[] {
  const { documents, edits, devices, unread, problem } = recovered
  return [
    `Recovered: ${String(documents)} documents, ${String(edits)} edits, ${String(devices)} devices.`,
    `Freshness unproven: this is revision ${String(gen)}, saved ${new Date(savedAtMs).toISOString()}. One copy alone cannot prove that it is the newest; another copy or device can. Until one is met, changes of who is in wait; if this copy is all there is, say so once: cloudos recover trust`,
    ...(unread > 0
      ? [`${String(unread)} parts of it could not be read. Connect another copy or device that has them.`]
      : []),
    ...(problem === undefined ? [] : [`The place is not kept in step yet: ${problem}`]),
    'Open the page with: cloudos open',
  ]
}

function inAProfile(): CloudError {
  return new CloudError(
    'in-a-profile',
    'This device is in a profile already. To bring another one back here, start CloudOS with CLOUDOS_HOME=/another/folder.',
  )
}
