import { findBytesFromHex, hexFromBytes } from '../bytes.ts'
import type { DeviceCertificate } from '../certificate.ts'
import { idFromBytes, idSizeBytes } from '../ids.ts'
import type { IdByName, IdName } from '../ids.ts'

/** Bytes that count up from `first`, so that a field in the wrong place shows. */
export function sampleBytes(length: number, first: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => first + i)
}

export function sampleId<Name extends IdName>(name: Name, first: number): IdByName[Name] {
  return idFromBytes(name, sampleBytes(idSizeBytes(name), first))
}

export function sampleHex(length: number, first: number): string {
  return hexFromBytes(sampleBytes(length, first))
}

export function fromHex(hex: string): Uint8Array {
  const bytes = findBytesFromHex(hex)
  if (bytes === undefined) throw new RangeError('not hex: ' + hex)
  return bytes
}

/** 2026-01-01T00:00:00Z */
export const SAMPLE_MS = 1_767_225_600_000
export const HOUR_MS = 3_600_000

/** An agent with the keys of a seller. Neither its keys nor its proof are genuine: this is form only. */
export const AGENT_CERTIFICATE: DeviceCertificate = {
  signPublicKey: sampleBytes(32, 0x10),
  boxPublicKey: sampleBytes(32, 0x30),
  peerPublicKey: sampleBytes(32, 0x50),
  spendPublicKey: sampleBytes(32, 0x70),
  settlePublicKey: sampleBytes(32, 0x90),
  name: 'Büro-Rechner 3',
  class: 'agent',
  caps: ['exec'],
  notBeforeMs: SAMPLE_MS,
  notAfterMs: SAMPLE_MS + 180 * 24 * HOUR_MS,
  proof: sampleBytes(64, 0xb0),
  challenge: sampleBytes(32, 0xd0),
}

export const BROWSER_CERTIFICATE: DeviceCertificate = {
  signPublicKey: sampleBytes(32, 0x11),
  boxPublicKey: sampleBytes(32, 0x31),
  peerPublicKey: sampleBytes(32, 0x51),
  name: '手机',
  class: 'browser',
  caps: ['approve', 'exec'],
  notBeforeMs: SAMPLE_MS,
  notAfterMs: SAMPLE_MS + 24 * HOUR_MS,
  proof: sampleBytes(64, 0xb1),
  challenge: sampleBytes(32, 0xd1),
}
