import type { Incident } from '@cloudos/mesh/incident'
import { deviceOfChain } from '@cloudos/protocol/ids'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { IncidentView } from './status.ts'

/** The newest kinds of incidents kept; a hostile device can make many, but not many kinds. */
const KINDS_MAX = 100

/** What went wrong since this browser opened the profile: the same thing again only counts up. */
export class IncidentBook {
  readonly #views = new Map<string, IncidentView>()

  note(incident: Incident, nowMs: number, nameOf: (deviceId: DeviceId) => string | undefined): void {
    const deviceId = deviceOf(incident)
    const deviceName = deviceId === undefined ? undefined : nameOf(deviceId)
    const detail = detailOf(incident)
    const id = [incident.kind, deviceId ?? '', detail].join(' ')
    const known = this.#views.get(id)
    this.#views.delete(id)
    this.#views.set(id, {
      id,
      kind: incident.kind,
      detail,
      firstMs: known?.firstMs ?? nowMs,
      lastMs: nowMs,
      count: (known?.count ?? 0) + 1,
      ...(deviceName === undefined ? {} : { deviceName }),
    })
    const [oldest] = this.#views.keys()
    if (this.#views.size > KINDS_MAX && oldest !== undefined) this.#views.delete(oldest)
  }

  /** The newest first. */
  views(): readonly IncidentView[] {
    return [...this.#views.values()].reverse()
  }
}

function deviceOf(incident: Incident): DeviceId | undefined {
  switch (incident.kind) {
    case 'frame-refused':
    case 'false-snapshot':
    case 'rollback':
    case 'fork':
      return incident.deviceId
    case 'chain-frozen':
      return deviceOfChain(incident.chain)
    case 'log-damage':
    case 'not-saved':
    case 'medium-rollback':
    case 'medium-fork':
    case 'medium-damage':
    case 'removed':
      return undefined
  }
}

function detailOf(incident: Incident): string {
  switch (incident.kind) {
    case 'frame-refused':
    case 'removed':
      return incident.reason
    case 'not-saved':
      return incident.message
    case 'medium-rollback':
    case 'medium-fork':
    case 'medium-damage':
      return incident.medium
    case 'log-damage':
      return incident.damage.kind
    case 'chain-frozen':
    case 'false-snapshot':
    case 'rollback':
    case 'fork':
      return ''
  }
}
