import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Settings } from '../journal/settings.ts'
import { findHttpDoor } from './http-door.ts'
import type { HttpDoor, HttpDoorParts } from './http-door.ts'
import { findPortHolder } from './port-holder.ts'

const FIRST_PORT = 7420
const PORTS_TRIED = 50

/**
 * The port of this home: asked for, or chosen at the first start and kept. It is never silently another one: to a browser another port
 * is another place, where the profile looks gone. Throws `CloudError` 'port-taken', naming who has it where the system tells.
 */
export async function openPort(
  wanted: number | undefined,
  settings: Settings,
  parts: HttpDoorParts,
): Promise<HttpDoor> {
  const kept = settings.find('port')
  const port = wanted ?? (kept === undefined ? undefined : Number(kept))
  const door = port === undefined ? await firstFree(parts) : await findHttpDoor(port, parts)
  if (door === undefined) throw await taken(port ?? FIRST_PORT)
  if (kept === undefined) settings.set('port', String(door.port))
  return door
}

async function firstFree(parts: HttpDoorParts): Promise<HttpDoor | undefined> {
  for (let port = FIRST_PORT; port < FIRST_PORT + PORTS_TRIED; port++) {
    const door = await findHttpDoor(port, parts)
    if (door !== undefined) return door
  }
  return undefined
}

async function taken(port: number): Promise<CloudError> {
  const holder = await findPortHolder(port)
  const by = holder === undefined ? 'another program' : `${holder.name} (process ${String(holder.pid)})`
  return new CloudError(
    'port-taken',
    `Port ${String(port)} is taken by ${by}. Nothing was changed. End that program and start again, or start with CLOUDOS_PORT=another; your browser keeps its profile with the old port.`,
  )
}
