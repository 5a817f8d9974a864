import { CloudError } from '@cloudos/protocol/cloud-error'
import { statusCommand } from '@cloudos/protocol/commands'
import { listDevicesCommand } from '@cloudos/protocol/device-commands'
import { deviceClocksCommand } from '@cloudos/protocol/device-copy-commands'
import type { Json } from '@cloudos/protocol/json-record'
import { listStorageCommand } from '@cloudos/protocol/storage-commands'
import { formatDuration } from './amounts.ts'
import type { Finding } from './checks.ts'
import type { Errand } from './errand.ts'
import { fieldOf, listOf, textOf } from './json-fields.ts'

const DAY_MS = 24 * 60 * 60_000
/** An agent's certificate lasts 180 days; a month before its end is time to see to it. */
const RENEWAL_DUE_MS = 30 * DAY_MS

/** What the running agent alone knows: until when the profile lets this device in, and how its copies are. */
export async function findOfProfile(errand: Errand): Promise<readonly Finding[]> {
  try {
    return await askOfProfile(errand)
  } catch (cause) {
    if (!(cause instanceof CloudError)) throw cause
    return [{ check: 'profile', state: 'bad', says: cause.message }]
  }
}

async function askOfProfile({ world, openDoor }: Errand): Promise<readonly Finding[]> {
  const door = await openDoor()
  const status = await door.ask(statusCommand, {})
  if (fieldOf(status, 'profileId') === undefined)
    return [
      { check: 'profile', state: 'warning', says: 'This device is in no profile yet: open its page, or pair it.' },
    ]
  if (fieldOf(status, 'removed') === true)
    return [{ check: 'profile', state: 'bad', says: 'The profile has removed this device; it keeps what it had.' }]
  const devices = listOf(await door.ask(listDevicesCommand, {}), 'devices')
  const here = devices.find((device) => textOf(device, 'presence') === 'here')
  const copies = listOf(await door.ask(listStorageCommand, {}), 'media')
  const clocks = listOf(await door.ask(deviceClocksCommand, {}), 'clocks')
  return [
    ...(here === undefined ? [] : [certificateFinding(here, world.nowMs())]),
    ...copies.map(copyFinding),
    ...clocks.map(clockFinding),
  ]
}

/** @param device as device.list tells of it */
export function certificateFinding(device: Json, nowMs: number): Finding {
  const endsMs = fieldOf(device, 'certificateEndsMs')
  const leftMs = typeof endsMs === 'number' ? endsMs - nowMs : 0
  const renew = 'Renew it by opening the page on a device that holds the root, with cloudos open'
  if (leftMs <= 0)
    return {
      check: 'keys',
      state: 'bad',
      says: `The certificate of this device has ended: others let it in no more. ${renew}`,
    }
  const says = `The certificate of this device holds for ${formatDuration(leftMs)} more.`
  return leftMs < RENEWAL_DUE_MS
    ? { check: 'keys', state: 'warning', says: `${says} Renewal is due. ${renew}` }
    : { check: 'keys', state: 'good', says }
}

/** From here on certificates and signed times begin to look wrong to one of the two. */
const CLOCKS_APART_MS = 60_000

/** @param clock as device.clocks tells of it */
export function clockFinding(clock: Json): Finding {
  const [nowMs, hereMs] = ['nowMs', 'hereMs'].map((name) => Number(fieldOf(clock, name)))
  const name = textOf(clock, 'name')
  const aheadMs = (nowMs ?? 0) - (hereMs ?? 0)
  if (Math.abs(aheadMs) < CLOCKS_APART_MS)
    return { check: 'clock', state: 'good', says: `The clock of ${name} goes with the one here.` }
  const apart = `${formatDuration(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} the one here`
  return { check: 'clock', state: 'warning', says: `The clock of ${name} is ${apart}. Set the one that is wrong.` }
}

/** @param medium as storage.list tells of it */
export function copyFinding(medium: Json): Finding {
  const where = textOf(medium, 'where')
  const behind = fieldOf(medium, 'behind')
  const roomProblem = textOf(medium, 'roomProblem')
  if (roomProblem !== '') return { check: 'copy', state: fieldOf(medium, 'isFull') === true ? 'bad' : 'warning', says: `${where}: ${roomProblem}` } // prettier-ignore
  switch (textOf(medium, 'state')) {
    case 'kept':
      return typeof behind === 'number' && behind > 0
        ? { check: 'copy', state: 'good', says: `${where}: kept, ${String(behind)} changes behind.` }
        : { check: 'copy', state: 'good', says: `${where}: kept.` }
    case 'away':
      return { check: 'copy', state: 'warning', says: `${where}: not there now. Bring it back, and it catches up.` }
    case 'waiting':
      return { check: 'copy', state: 'warning', says: `${where}: nothing has been written there yet.` }
    default: {
      const problem = textOf(medium, 'problem') || 'Look closer with: cloudos storage list'
      return { check: 'copy', state: 'bad', says: `${where}: ${problem}` }
    }
  }
}
