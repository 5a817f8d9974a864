import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { LIMITS } from '@cloudos/protocol/limits'
import { createReserve } from './reserve.ts'

function fileFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'cloudos-reserve-'))
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  return join(folder, 'reserve')
}

test('the reserve is taken in blocks, not only in size, and taking it twice is harmless', (t) => {
  const file = fileFor(t)
  const reserve = createReserve(file)
  assert.ok(reserve.take() && reserve.take())
  const { size, blocks } = statSync(file)
  assert.equal(size, LIMITS.reservedDiskBytes)
  assert.ok(blocks * 512 >= LIMITS.reservedDiskBytes)
})

test('what must be written is written with the reserve when the disk is full', (t) => {
  const file = fileFor(t)
  const reserve = createReserve(file)
  reserve.take()
  const write = (): string => {
    if (existsSync(file)) throw new CloudError('disk-full', 'full')
    return 'written'
  }
  assert.equal(reserve.orSpend(write), 'written')
})

test('other failures do not cost the reserve, and a disk that stays full is still said to be full', (t) => {
  const file = fileFor(t)
  const reserve = createReserve(file)
  reserve.take()
  const fail = (code: string) => (): never => {
    throw new CloudError(code, code)
  }
  assert.throws(() => reserve.orSpend(fail('disk-failed')), { code: 'disk-failed' })
  assert.ok(existsSync(file))
  assert.throws(() => reserve.orSpend(fail('disk-full')), { code: 'disk-full' })
})
