import { verifyFor } from '@cloudos/crypto/signature'
import type { Member } from '@cloudos/crypto/membership'
import { parseCapabilityRecord } from '@cloudos/protocol/capability-record'
import type { CapabilityRecord } from '@cloudos/protocol/capability-record'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { Clock } from '@cloudos/protocol/ports'
import { parseSigned } from '@cloudos/protocol/signed'
import type { DeviceCommands } from './device-commands.ts'
import { LOOK_LASTS_MS } from './device-news.ts'
import type { DeviceNews, LookedAt } from './device-news.ts'

export interface DeviceWatchParts {
  readonly member: (deviceId: DeviceId) => Pick<Member, 'peerId' | 'signPublicKey'> | undefined
  /** How a device is asked, while it is connected to this browser. */
  readonly linkTo: (peerId: string) => DeviceCommands | undefined
  readonly clock: Clock
  readonly tell: (news: DeviceNews) => void
}

/** What a device can do changes seldom: a battery, a cable. */
const ASK_AGAIN_MS = 30_000

interface Watched {
  readonly stop: AbortController
  untilMs: number
  askedAtMs: number
  record: CapabilityRecord | undefined
}

/**
 * Asks connected devices how they are doing, for as long as some tab says it looks at them. It has no timer of its own: a device's next
 * figures are the moment at which it is seen that nobody looks any more.
 */
export class DeviceWatch implements Disposable {
  readonly #parts: DeviceWatchParts
  readonly #watched = new Map<DeviceId, Watched>()

  constructor(parts: DeviceWatchParts) {
    this.#parts = parts
  }

  look(devices: readonly LookedAt[]): void {
    const untilMs = this.#parts.clock.monotonicMs() + LOOK_LASTS_MS
    for (const { deviceId, seq } of devices) {
      const watched = this.#watched.get(deviceId) ?? this.#begin(deviceId)
      if (watched === undefined) continue
      watched.untilMs = untilMs
      const { record } = watched
      if (record !== undefined && record.seq !== seq) this.#parts.tell({ news: 'capabilities', deviceId, record })
    }
  }

  [Symbol.dispose](): void {
    for (const { stop } of this.#watched.values()) stop.abort()
  }

  #begin(deviceId: DeviceId): Watched | undefined {
    const member = this.#parts.member(deviceId)
    const device = member && this.#parts.linkTo(member.peerId)
    if (member === undefined || device === undefined) return undefined
    const watched: Watched = { stop: new AbortController(), untilMs: 0, askedAtMs: 0, record: undefined }
    this.#watched.set(deviceId, watched)
    const ask = (): Promise<void> => this.#ask(deviceId, { watched, device, signPublicKey: member.signPublicKey })
    void this.#orTell(deviceId, watched, () => Promise.all([ask(), this.#follow(deviceId, { watched, device, ask })]))
    return watched
  }

  async #follow(
    deviceId: DeviceId,
    { watched, device, ask }: { watched: Watched; device: DeviceCommands; ask: () => Promise<void> },
  ): Promise<void> {
    const { clock, tell } = this.#parts
    await device.watchMetrics((metrics) => {
      const nowMs = clock.monotonicMs()
      if (nowMs > watched.untilMs) {
        watched.stop.abort()
        return
      }
      tell({ news: 'metrics', deviceId, metrics })
      if (nowMs - watched.askedAtMs > ASK_AGAIN_MS) void this.#orTell(deviceId, watched, ask)
    }, watched.stop.signal)
    this.#forget(deviceId, watched)
  }

  async #ask(
    deviceId: DeviceId,
    { watched, device, signPublicKey }: { watched: Watched; device: DeviceCommands; signPublicKey: Uint8Array },
  ): Promise<void> {
    watched.askedAtMs = this.#parts.clock.monotonicMs()
    const record = await verifiedRecord(await device.capabilities(), deviceId, signPublicKey)
    if (record.seq === watched.record?.seq) return
    watched.record = record
    this.#parts.tell({ news: 'capabilities', deviceId, record })
  }

  /** A lost connection is no failure: the device list shows it, and the next look begins anew when it is back. */
  async #orTell(deviceId: DeviceId, watched: Watched, act: () => Promise<unknown>): Promise<void> {
    try {
      await act()
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      this.#forget(deviceId, watched)
      if (cause.code !== 'disconnected') this.#parts.tell({ news: 'failed', deviceId, message: cause.message })
    }
  }

  #forget(deviceId: DeviceId, watched: Watched): void {
    watched.stop.abort()
    if (this.#watched.get(deviceId) === watched) this.#watched.delete(deviceId)
  }
}

/** Only what the device itself has signed, about itself, is shown as its word. */
async function verifiedRecord(bytes: Uint8Array, deviceId: DeviceId, publicKey: Uint8Array): Promise<CapabilityRecord> {
  const signed = parseSigned(bytes, parseCapabilityRecord)
  if (!signed.ok)
    throw new CloudError(
      'other-version',
      `The agent describes itself in a form this page does not know (${signed.error}). Update both.`,
    )
  const { value, payload, signature } = signed.value
  const isGenuine = await verifyFor(publicKey, 'capability-record', payload, signature)
  if (!isGenuine || value.deviceId !== deviceId)
    throw new CloudError('not-genuine', 'What the agent says it can do is not signed by that device. It is not shown.')
  return value
}
