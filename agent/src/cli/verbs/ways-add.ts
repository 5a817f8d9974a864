import { addSlot, saveSlots } from '@cloudos/crypto/change-slots'
import { createSigner } from '@cloudos/crypto/signature'
import { createSlot } from '@cloudos/crypto/slots'
import { keychainWay } from '@cloudos/crypto/way-in'
import type { SealedCopy } from '@cloudos/mesh/pairing/talk'
import { openToChange, wipeVault } from '@cloudos/mesh/recovery/open-copy'
import type { OpenedToChange } from '@cloudos/mesh/recovery/open-copy'
import { base64url } from '@cloudos/protocol/base-text'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { statusCommand } from '@cloudos/protocol/commands'
import { listDevicesCommand } from '@cloudos/protocol/device-commands'
import type { DeviceId } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Slot } from '@cloudos/protocol/slot'
import { changeWaysCommand, readWaysCommand } from '@cloudos/protocol/way-commands'
import { keepKey } from '../../keychain/keep-key.ts'
import type { KeyToKeep } from '../../keychain/keep-key.ts'
import { findKeychainWay } from '../../keychain/keychain-way.ts'
import { keychainsOf } from '../../keychain/keychains.ts'
import type { Keychains } from '../../keychain/keychains.ts'
import type { SecretStore } from '../../keychain/secret-store.ts'
import { nodeRng } from '../../node-ports.ts'
import type { AgentDoor } from '../agent-door.ts'
import type { Errand } from '../errand.ts'
import { listOf, textOf } from '../json-fields.ts'
import { givenText } from '../verb.ts'
import type { Given, Outcome } from '../verb.ts'
import { askShown, askWay, openAsked, valueOf } from './open-shown.ts'

/**
 * One more way in: a key that the keychain of this machine keeps. The profile is opened and signed for in this process, by a way in that
 * is there already; neither that nor the new key ever reaches the agent.
 */
export async function runWaysAdd(given: Given, errand: Errand): Promise<Outcome> {
  const door = await errand.openDoor()
  const keychains = keychainsOf(errand)
  const { copy } = await askShown(door, readWaysCommand, {}, errand.world.signal)
  await refuseAgain(copy, keychains)
  const opened = await openAsked(copy, await askWay(copy, { given, errand }), openToChange)
  const here = await thisDevice(door)
  const wanted = givenText(given, 'keep')
  const where = wanted === 'system' || wanted === 'file' ? wanted : undefined
  const secret = nodeRng.bytes(32)
  try {
    const slot = await slotFor(copy, opened, secret)
    const name = hexFromBytes(slot.slotPublicKey)
    const key: KeyToKeep = {
      name,
      secret: base64url.encode(secret),
      label: `CloudOS, the profile of ${here.name}`,
      where,
    }
    const store = await keepKey(keychains, key)
    const label = labelFor(store, here.name)
    try {
      await publish({ door, copy, opened, slot, label, deviceId: here.deviceId, errand })
    } catch (cause) {
      // What was refused has no way in. Of an answer that was lost nobody knows, and a key too many opens nothing.
      if (cause instanceof CloudError && !UNKNOWN.has(cause.code)) await store.forget(name)
      throw cause
    }
    await proveIt(door, errand, keychains)
    return toldOf(store, name, label)
  } finally {
    for (const bytes of [secret, opened.vaultKey]) bytes.fill(0)
    wipeVault(opened.vault)
  }
}

const UNKNOWN = new Set(['disconnected', 'cancelled', 'timeout'])

/** Two keys for one machine would be one way in that is counted twice. */
async function refuseAgain(copy: SealedCopy, keychains: Keychains): Promise<void> {
  try {
    const opened = await openToChange(copy, await findKeychainWay(copy.slots, keychains))
    if (!opened.ok) return
    opened.value.vaultKey.fill(0)
    wipeVault(opened.value.vault)
  } catch (cause) {
    if (cause instanceof CloudError) return
    throw cause
  }
  throw new CloudError('has-keychain', 'This machine’s keychain opens the profile already. To make its key anew, take that way in out first, on the page: Settings, Keys.') // prettier-ignore
}

async function slotFor(copy: SealedCopy, { vaultKey }: OpenedToChange, secret: Uint8Array): Promise<Slot> {
  if (copy.slots.length >= LIMITS.slotsMax)
    throw new CloudError('too-many-ways', `There are ${String(LIMITS.slotsMax)} ways in, and no more fit. Take one out first, on the page: Settings, Keys.`) // prettier-ignore
  const wayIn = keychainWay(secret)
  const slot = await createSlot(copy.profileId, { wayIn, way: { kind: 'device-keychain' }, vaultKey, rng: nodeRng })
  if (!slot.ok) throw new RangeError('a key that is held answers the same each time')
  return slot.value
}

interface NewWay {
  readonly door: AgentDoor
  readonly copy: SealedCopy
  readonly opened: OpenedToChange
  readonly slot: Slot
  readonly label: string
  readonly deviceId: DeviceId
  readonly errand: Errand
}

async function publish({ door, copy, opened, slot, label, deviceId, errand }: NewWay): Promise<void> {
  const { state, vault, vaultKey } = opened
  const nowMs = errand.world.nowMs()
  const power = { state, root: createSigner(vault.rootSeed), rng: nodeRng, nowMs }
  const open = addSlot({ slots: copy.slots, vault, vaultKey }, { slot, label, addedMs: nowMs, deviceId })
  const { slots, sealedVault, entries } = await saveSlots(power, open)
  const change = {
    entries: entries.map(({ bytes }) => base64url.encode(bytes)),
    slots: slots.map((bytes) => base64url.encode(bytes)),
    sealedVault: base64url.encode(sealedVault),
  }
  await door.ask(changeWaysCommand, change, { signal: errand.world.signal })
}

/** Only what has opened once is called a way in. */
async function proveIt(door: AgentDoor, errand: Errand, keychains: Keychains): Promise<void> {
  const { copy } = await askShown(door, readWaysCommand, {}, errand.world.signal)
  const opened = await openAsked(
    copy,
    { kind: 'device-keychain', find: (slots) => findKeychainWay(slots, keychains) },
    openToChange,
  )
  opened.vaultKey.fill(0)
  wipeVault(opened.vault)
}

async function thisDevice(door: AgentDoor): Promise<{ readonly deviceId: DeviceId; readonly name: string }> {
  const { deviceId } = valueOf(statusCommand.output, await door.ask(statusCommand, {}))
  const devices = listOf(await door.ask(listDevicesCommand, {}), 'devices')
  const name = textOf(devices.find((one) => textOf(one, 'deviceId') === deviceId) ?? null, 'name')
  return { deviceId, name: name || 'this machine' }
}

/** What Settings shows; as long as a label may be. */
function labelFor({ kind }: SecretStore, device: string): string {
  const [what, more] = kind === 'system' ? ['Keychain', ''] : ['Key file', ', weaker than a keychain']
  const whole = `${what} of ${device}${more}`
  return new TextEncoder().encode(whole).length <= LIMITS.deviceNameMaxBytes ? whole : what + more
}

function toldOf({ kind, noun }: SecretStore, name: string, label: string): Outcome {
  const weaker =
    'That is weaker than a keychain: whoever can read this disk opens every copy of the profile with it. Where this machine has a keychain, use --keep system.'
  return {
    result: { way: name, label, keptIn: kind, isWeaker: kind === 'file' },
    lines: [
      `This machine opens the profile by itself now. The key lies in ${noun}.`,
      ...(kind === 'file' ? [weaker] : []),
      'It goes with this machine, so it takes the place of no other way in. Try it with: cloudos recover --drill --way keychain',
    ],
  }
}
