/** Each signature, hash and derivation names its purpose: bytes made for one are never valid for another. */
export const DOMAINS = [
  'kek', 'key-commit', 'slot-key', 'slot', 'seal', 'vault', 'profile-id', 'device-id', 'doc-id', 'device-cert', 'device-secrets', 'credential', 'renew', 'authority', 'recovery',
  'head', 'doc-key', 'client-id', 'frame', 'heads', 'medium', 'sightings', 'snapshot-ack', 'cap', 'capability-record', 'pair', 'device-code', 'rfq', 'bid', 'lease', 'note',
  'job-spec', 'job-quote', 'job-accept', 'job-receipt', 'receipt-batch', 'audit', 'audit-checkpoint', 'approval', 'backup',
] as const // prettier-ignore

export type Domain = (typeof DOMAINS)[number]

export function domainLabel(domain: Domain): string {
  return 'cloudos/v1/' + domain
}
