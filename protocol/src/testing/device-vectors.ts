import { encodeCapabilityRecord } from '../capability-record.ts'
import type { CapabilityRecord } from '../capability-record.ts'
import { encodeCertificate, encodeRenewal } from '../certificate.ts'
import { LIMITS } from '../limits.ts'
import { AGENT_CERTIFICATE, BROWSER_CERTIFICATE, HOUR_MS, SAMPLE_MS, sampleBytes, sampleId } from './samples.ts'
import { bad, badEdits, badForms, good } from './vector.ts'
import type { Vectors } from './vector.ts'

const agent = encodeCertificate(AGENT_CERTIFICATE)
const browser = encodeCertificate(BROWSER_CERTIFICATE)

export const certificateVectors: Vectors = {
  good: [
    good('an agent that may sell', agent),
    good('a browser', browser),
    good(
      'a vault with a name of 64 bytes',
      encodeCertificate({ ...BROWSER_CERTIFICATE, class: 'vault', caps: [], name: 'n'.repeat(64) }),
    ),
  ],
  bad: [
    ...badForms(agent),
    bad('more bytes than a certificate may have', 'too-long', new Uint8Array(LIMITS.certificateMaxBytes + 1)),
    ...badEdits(agent, [
      ['no signing key', 'missing-signPublicKey', [1]],
      ['a signing key of 31 bytes', 'bad-signPublicKey', [1], sampleBytes(31, 0)],
      ['a signing key as text', 'bad-signPublicKey', [1], 'k'.repeat(32)],
      ['an empty spend key', 'bad-spendPublicKey', [4], new Uint8Array(0)],
      ['an empty name', 'bad-name', [6], ''],
      ['a name of 65 bytes', 'bad-name', [6], 'n'.repeat(65)],
      ['a name of 65 bytes in 33 characters', 'bad-name', [6], 'ü'.repeat(32) + 'n'],
      ['a name that is not NFC', 'bad-name', [6], 'Bu\u0308ro'],
      ['a name with a line break', 'bad-name', [6], 'a\nb'],
      ['a name that reverses its end', 'bad-name', [6], 'invoice\u202efdp.exe'],
      ['a name with a zero-width space', 'bad-name', [6], 'lap\u200btop'],
      ['a name with a tag character', 'bad-name', [6], 'laptop\u{e0061}'],
      ['a name that ends in a space', 'bad-name', [6], 'laptop '],
      ['a class that nobody knows', 'bad-class', [7], 4],
      ['a class by its word', 'bad-class', [7], 'agent'],
      ['a cap that nobody knows', 'bad-caps', [8], [3]],
      ['a cap twice', 'bad-caps', [8], [2, 2]],
      ['caps in descending order', 'bad-caps', [8], [2, 1]],
      ['an agent that acts and approves', 'exec-and-approve', [8], [1, 2]],
      ['a start that is negative', 'bad-notBeforeMs', [9], -1],
      ['an end beyond the safe integers', 'bad-notAfterMs', [10], 2n ** 53n],
      ['an end at the start', 'bad-validity', [10], SAMPLE_MS],
      ['no proof', 'missing-proof', [11]],
      ['a proof of 63 bytes', 'bad-proof', [11], sampleBytes(63, 0)],
      ['a challenge of 33 bytes', 'bad-challenge', [12], sampleBytes(33, 0)],
    ]),
  ],
}

const renewal = encodeRenewal({
  profileId: sampleId('ProfileId', 0x01),
  deviceId: sampleId('DeviceId', 0x21),
  issuedAtMs: SAMPLE_MS,
  notAfterMs: SAMPLE_MS + 24 * HOUR_MS,
})

export const renewalVectors: Vectors = {
  good: [good('a day more', renewal)],
  bad: [
    ...badForms(renewal),
    ...badEdits(renewal, [
      ['no profile', 'missing-profileId', [1]],
      ['a device id of 15 bytes', 'bad-deviceId', [2], sampleBytes(15, 0)],
      ['an end at the issue', 'bad-validity', [4], SAMPLE_MS],
    ]),
  ],
}

const laptop: CapabilityRecord = {
  deviceId: sampleId('DeviceId', 0x21),
  seq: 7,
  measuredAtMs: SAMPLE_MS,
  expiresAtMs: SAMPLE_MS + HOUR_MS,
  agentVersion: '0.1.0',
  os: 'linux',
  osVersion: 'Debian 12',
  arch: 'x64',
  cpu: { model: 'AMD Ryzen 7 7840U', cores: 16 },
  memory: { totalMiB: 32_768, freeMiB: 20_000 },
  disk: { totalMiB: 1_000_000, freeMiB: 400_000 },
  gpus: [{ model: 'Radeon 780M', memoryMiB: 2048 }],
  runtimes: [
    { name: 'node', version: '24.21.0' },
    { name: 'python', version: '3.11.2' },
  ],
  sandboxes: [
    { tier: 0, name: 'quickjs' },
    { tier: 1, name: 'wasm' },
    { tier: 2, name: 'bubblewrap' },
  ],
  network: { link: 'wifi', isMetered: false },
  battery: { percent: 81, isCharging: true },
}
const offer = encodeCapabilityRecord(laptop)

const tab: CapabilityRecord = {
  deviceId: sampleId('DeviceId', 0x41),
  seq: 1,
  measuredAtMs: SAMPLE_MS,
  expiresAtMs: SAMPLE_MS + 60_000,
  agentVersion: '0.1.0',
  os: 'browser',
  osVersion: 'Chromium 156',
  arch: 'wasm',
  cpu: { model: 'unknown', cores: 2 },
  memory: { totalMiB: 0, freeMiB: 0 },
  disk: { totalMiB: 2048, freeMiB: 2048 },
  gpus: [],
  runtimes: [],
  sandboxes: [],
  network: { link: 'unknown', isMetered: true },
}

/** As a board with a camera says it: what its system does not tell is absent. */
const board: CapabilityRecord = {
  deviceId: sampleId('DeviceId', 0x61),
  seq: 2,
  measuredAtMs: SAMPLE_MS,
  expiresAtMs: SAMPLE_MS + HOUR_MS,
  agentVersion: '0.1.0',
  os: 'linux',
  osVersion: 'Debian 12',
  arch: 'arm64',
  cpu: { model: 'Raspberry Pi 4 Model B', cores: 4 },
  memory: { totalMiB: 4096, freeMiB: 3000 },
  disk: { totalMiB: 30_000, freeMiB: 20_000 },
  gpus: [{ model: 'v3d' }],
  runtimes: [],
  sandboxes: [],
  network: { link: 'wired' },
  battery: { percent: 100, isCharging: false, isOnMains: true },
  benchmark: { singleCoreMops: 240 },
  isolation: ['unshare', 'cgroup v2'],
  cameras: ['HD Webcam'],
  sensors: [],
  paths: [
    { name: 'eth0', link: 'wired', speedMbps: 1000 },
    { name: 'wlan0', link: 'wifi' },
  ],
}

export const capabilityRecordVectors: Vectors = {
  good: [
    good('a laptop', offer),
    good('a browser tab', encodeCapabilityRecord(tab)),
    good('a board with a camera', encodeCapabilityRecord(board)),
  ],
  bad: [
    ...badForms(offer),
    bad('more bytes than an offer may have', 'too-long', new Uint8Array(LIMITS.capabilityRecordMaxBytes + 1)),
    ...badEdits(offer, [
      ['no version', 'bad-version', [1]],
      ['version 0', 'bad-version', [1], 0],
      ['a newer version, whatever else is in it', 'newer-version', [1], 2],
      ['seq 0', 'bad-seq', [3], 0],
      ['an end at the measurement', 'bad-validity', [5], SAMPLE_MS],
      ['a system that nobody knows', 'bad-os', [7], 99],
      ['a system version that hides', 'bad-osVersion', [8], 'Debian\u200b 12'],
      ['no cores', 'bad-cpu', [10, 2], 0],
      ['more free memory than there is', 'bad-memory', [11, 2], 32_769],
      ['an unknown key inside', 'bad-disk', [12, 3], 0],
      [
        'a list of 33 GPUs',
        'bad-gpus',
        [13],
        Array.from(
          { length: 33 },
          () =>
            new Map<number, string | number>([
              [1, 'g'],
              [2, 1],
            ]),
        ),
      ],
      ['tier 5', 'bad-sandboxes', [15, 0, 1], 5],
      ['a flag of 2', 'bad-network', [16, 2], 2],
      ['101 percent', 'bad-battery', [17, 1], 101],
      ['a camera with a name that hides', 'bad-cameras', [20], ['cam\u200b']],
      [
        'a link of a kind that nobody knows',
        'bad-paths',
        [22],
        [
          new Map<number, string | number>([
            [1, 'eth0'],
            [2, 6],
          ]),
        ],
      ],
    ]),
  ],
}
