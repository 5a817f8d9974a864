import type { Incident } from '@cloudos/mesh/incident'

export interface IncidentText {
  /** What it is about: incidents of one kind about one subject are counted together. */
  readonly subject: string
  /** What happened, what was kept, what to do. */
  readonly sentence: string
  readonly proof?: Uint8Array
}

export function sayIncident(incident: Incident): IncidentText {
  switch (incident.kind) {
    case 'frame-refused':
      return {
        subject: `${incident.docId} ${incident.deviceId ?? incident.from} ${incident.reason}`,
        sentence: `A frame was refused (${incident.reason}). The document is as it was.`,
      }
    case 'chain-frozen':
      return {
        subject: `${incident.docId} ${incident.chain}`,
        sentence:
          'Two different frames were signed for one place: somebody runs a copy of a device. That chain is frozen here; everything else goes on.',
        proof: new Uint8Array(Buffer.concat(incident.proof)),
      }
    case 'false-snapshot':
      return {
        subject: `${incident.docId} ${incident.deviceId} ${incident.from}`,
        sentence:
          'A snapshot of a document, made by one of the devices, does not show what its edits make. It was not used, and no edit is given up for it.',
      }
    case 'log-damage':
      return {
        subject: `${incident.docId} ${String(incident.damage.offset)}`,
        sentence:
          incident.damage.kind === 'torn-tail'
            ? `The log of a document ended in the middle of a record (${String(incident.damage.bytes)} bytes), as after a power cut. It was cut there and the rest kept as ${incident.damage.keptAs ?? 'nothing'}. Nothing acknowledged is lost.`
            : `A record in the log of a document was damaged (${String(incident.damage.bytes)} bytes, kept as ${incident.damage.keptAs ?? 'nothing'}). What depends on it comes back from another device.`,
      }
    case 'not-saved':
      return { subject: incident.docId, sentence: `An edit is not saved yet: ${incident.message}` }
    case 'rollback':
      return {
        subject: `${incident.docId} ${incident.deviceId}`,
        sentence:
          'A device shows an older state than it has signed before: it was restored from a backup, or somebody lies. Nothing here was changed.',
      }
    case 'fork':
      return {
        subject: `${incident.docId} ${incident.deviceId}`,
        sentence: 'A device holds another history for one place than this one. Nothing here was changed.',
      }
    case 'medium-rollback':
      return { subject: incident.medium, sentence: `${incident.medium} shows an older copy of the profile than ${whom(incident.seenBy)} seen there: it was put back from a backup, or somebody lies. ${UNTOUCHED}` } // prettier-ignore
    case 'medium-fork':
      return { subject: incident.medium, sentence: `${incident.medium} shows another history of the profile than ${whom(incident.seenBy)} seen there: somebody keeps two, or lies. ${UNTOUCHED}` } // prettier-ignore
    case 'medium-damage':
      return { subject: incident.medium, sentence: `A part of the copy in ${incident.medium} is damaged or withheld, and a newer head leads to it than this device has seen whole. ${UNTOUCHED}` } // prettier-ignore
    case 'removed':
      return {
        subject: incident.reason,
        sentence:
          'This device is no longer in the profile. What it has stays here; it speaks to no other device. Pair it again if it should come back.',
      }
  }
}

function whom(seenBy: string | undefined): string {
  return seenBy === undefined ? 'has been' : `your device "${seenBy}" has`
}

const UNTOUCHED = 'Nothing was taken from it and nothing there was overwritten. Look at it on the Storage page, or with: cloudos storage list' // prettier-ignore
