import assert from 'node:assert/strict'
import { test } from 'node:test'
import { linesOfStorage } from './verbs/storage-list.ts'

const NOW = 1_000 * 86_400_000
const GIB = 1024 ** 3
const STICK = {
  ...{ mediumId: 'ab', kind: 'folder', where: '/media/stick', credential: 'not-needed', gen: 7, behind: 0 },
  ...{ savedAtMs: NOW - 120_000, state: 'kept', failureDomain: 'the disk of /media/stick' },
}

test('storage list says of each place its revision, age, room and what it is lost with, and of all whether it is safe', () => {
  const room = { usedBytes: 3 * GIB, freeBytes: 12 * GIB, totalBytes: 15 * GIB }
  const safety = { isSafe: true, domains: ['the disk of /media/stick', 'the disk of attic'] }
  const text = linesOfStorage({ media: [{ ...STICK, room }], safety }, NOW).join('\n')
  assert.match(text, /^Saved, and safe in 2 independent places: the disk of \/media\/stick, the disk of attic\.$/m)
  assert.match(text, /^\/media\/stick \(folder\)$/m)
  assert.match(text, /saved +revision 7, 2 min ago$/m)
  assert.match(text, /lost with +the disk of \/media\/stick$/m)
  assert.match(text, /room +3\.0 GiB of 15\.0 GiB used, 12\.0 GiB free$/m)
})

test('storage list says of a full place what to do, and of one place that it is not safe', () => {
  const full = {
    ...STICK,
    state: 'failed',
    behind: 2,
    roomProblem: 'There is no room left.',
    room: { usedBytes: 20_480 },
  }
  const text = linesOfStorage({ media: [full], safety: { isSafe: false, domains: ['the disk of attic'] } }, NOW).join('\n') // prettier-ignore
  assert.match(text, /not yet safe: everything is lost together with the disk of attic/)
  assert.match(text, /state +failed, 2 behind$/m)
  assert.match(text, /to do +There is no room left\.$/m)
  const mended = { ...STICK, checkedAtMs: NOW - 3_600_000, mendedObjects: 2, mendedAtMs: NOW - 7_200_000 }
  const care = linesOfStorage({ media: [mended], safety: { domains: [] } }, NOW).join('\n')
  assert.match(care, /checked +60 min ago|checked +1 h ago/)
  assert.match(care, /mended +2 objects, 2 h ago$/m)
  assert.match(text, /room +20\.0 KiB used$/m)
})
