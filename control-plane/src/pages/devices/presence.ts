import { keyEndText } from '../../profile/certificate-life.ts'
import type { DeviceView } from '../../profile/status.ts'
import { agoFrom } from '../../ui/time.ts'
import type { Tone } from '../../ui/tone.ts'

export function presenceTone({ presence }: DeviceView): Tone {
  switch (presence) {
    case 'here':
    case 'online':
      return 'good'
    case 'offline':
      return 'quiet'
    case 'revoked':
      return 'bad'
  }
}

export function presenceText({ presence, lastSeenMs }: DeviceView, nowMs: number): string {
  switch (presence) {
    case 'here':
      return 'This browser'
    case 'online':
      return 'Online'
    case 'offline':
      return lastSeenMs === undefined ? 'Not seen yet' : `Last seen ${agoFrom(lastSeenMs, nowMs)}`
    case 'revoked':
      return 'Removed'
  }
}

export function kindText({ class: kind }: DeviceView): string {
  switch (kind) {
    case 'agent':
      return 'CloudOS agent'
    case 'browser':
      return 'Browser'
    case 'vault':
      return 'Vault: keeps copies it cannot read'
  }
}

/** The first and last four digits: enough to tell two devices of one name apart. */
export function shortId(id: string): string {
  return `${id.slice(0, 4)}…${id.slice(-4)}`
}

/** That the device's key ends, when it will or has. */
export function keyText({ class: kind, certificateEndsMs, presence }: DeviceView, nowMs: number): string | undefined {
  return presence === 'revoked' || presence === 'here' ? undefined : keyEndText(kind, certificateEndsMs, nowMs)
}

/** The agent that can be asked now about a device: that one itself before any other. */
export function witnessFor(devices: readonly DeviceView[], deviceId: string): DeviceView | undefined {
  const inReach = devices.filter(
    ({ class: kind, presence, link }) => kind === 'agent' && presence !== 'revoked' && link,
  )
  return inReach.find((device) => device.deviceId === deviceId) ?? inReach[0]
}
