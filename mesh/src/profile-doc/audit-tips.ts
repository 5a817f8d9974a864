import type * as Y from 'yjs'
import { parseAuditLine } from '@cloudos/protocol/audit-line'
import type { AuditLine } from '@cloudos/protocol/audit-line'
import type { DeviceId } from '@cloudos/protocol/ids'

/** A checkpoint of a device's audit chain as it hands it to the others. NOBODY HAS VERIFIED IT. */
export type HeldAuditTip = Extract<AuditLine, { kind: 'checkpoint' }>

/** Several times what the line of a checkpoint takes. */
const LINE_MAX = 1024

function tipsIn(ydoc: Y.Doc): Y.Map<unknown> {
  return ydoc.getMap('audit')
}

/** The line of the newest checkpoint that the device has handed over. */
export function findAuditTipLine(ydoc: Y.Doc, deviceId: DeviceId): string | undefined {
  const line = tipsIn(ydoc).get(deviceId)
  return typeof line === 'string' && line.length <= LINE_MAX ? line : undefined
}

/** What such a line says, when it is one of this device. */
export function heldAuditTip(line: string | undefined, deviceId: DeviceId): HeldAuditTip | undefined {
  const said = line === undefined ? undefined : parseAuditLine(line)
  return said?.kind === 'checkpoint' && said.checkpoint.deviceId === deviceId ? said : undefined
}

/** A chain that has lost its end hands over nothing until it is longer than it was: the others hold what it had. */
export function handOverAuditTip(ydoc: Y.Doc, deviceId: DeviceId, line: string): void {
  const next = heldAuditTip(line, deviceId)
  const held = heldAuditTip(findAuditTipLine(ydoc, deviceId), deviceId)
  if (next !== undefined && next.checkpoint.seq > (held?.checkpoint.seq ?? 0)) tipsIn(ydoc).set(deviceId, line)
}
