import { placed, textPart } from './parts.ts'
import type { Handwritten } from './parts.ts'

/** The devices of the profile. */
export const DEVICE_VERBS: readonly Handwritten[] = [
  {
    words: ['device', 'pair'],
    says: 'Make a link for another machine, and open the page to let it in.',
    examples: ['cloudos device pair'],
    parts: [],
    needs: ['status', 'open', 'pair.invite', 'pair.watch'],
    load: async () => (await import('../verbs/device-pair.ts')).runDevicePair,
  },
  {
    words: ['device', 'show'],
    says: 'Tell of one device what the profile knows, and of this one what it can do.',
    examples: ['cloudos device show', 'cloudos device show nas-attic'],
    parts: [textPart('device', 'Its name or its id; otherwise this one', { isRequired: false, isPlaced: true }, 64)],
    needs: ['status', 'device.list', 'device.capabilities'],
    load: async () => (await import('../verbs/device-show.ts')).runDeviceShow,
  },
  {
    words: ['device', 'wipe-check'],
    says: 'Tell whether a device can be wiped without losing anything, and which documents would be lost or left in one place.',
    examples: ['cloudos device wipe-check', 'cloudos device wipe-check attic', 'cloudos device wipe-check --json'],
    parts: [textPart('device', 'Its name or its id; otherwise this one', { isRequired: false, isPlaced: true }, 64)],
    needs: ['device.list', 'device.wipe-check'],
    load: async () => (await import('../verbs/wipe-check.ts')).runWipeCheck,
  },
  {
    words: ['device', 'revoke'],
    says: 'Open the page where a device is removed: only the page can do it.',
    examples: ['cloudos device revoke nas-attic'],
    parts: [textPart('device', 'Its name or its id', placed, 64)],
    needs: ['status', 'open'],
    load: async () => (await import('../verbs/device-revoke.ts')).runDeviceRevoke,
  },
]
