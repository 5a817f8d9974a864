import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import { separateStorages } from './separate-storages.ts'

const [attic, cellar] = [1, 2].map((fill) => idFromBytes('DeviceId', new Uint8Array(16).fill(fill)))
assert.ok(attic && cellar)

const place = (kind: MediumView['kind'], failureDomain: string, gen = 1): MediumView => ({
  ...{ mediumId: kind + failureDomain, kind, where: '/a', credential: 'not-needed', gen, behind: 0 },
  ...{ state: 'kept', failureDomain },
})
const own = place('device', 'disk 5', 0)
const domains = (...media: Parameters<typeof separateStorages>) =>
  separateStorages(...media).map(({ failureDomain }) => failureDomain)

test('a folder on another disk is a storage of its own, one on the same disk or without a copy yet is not', () => {
  assert.deepEqual(domains(new Map([[attic, [own, place('folder', 'disk 5')]]])), [])
  assert.deepEqual(domains(new Map([[attic, [own, place('folder', 'disk 7', 0)]]])), [])
  assert.deepEqual(domains(new Map([[attic, [own, place('folder', 'disk 7')]]])), [`${attic} disk 7`])
})

test('disks of the same number in two machines are two, an account that both use is one', () => {
  const stick = place('folder', 'disk 7')
  assert.equal(new Set(domains(new Map([[attic, [own, stick]], [cellar, [own, stick]]]))).size, 2) // prettier-ignore
  const cloud = place('webdav', 'me at cloud.example')
  assert.equal(new Set(domains(new Map([[attic, [own, cloud]], [cellar, [own, cloud]]]))).size, 1) // prettier-ignore
})
