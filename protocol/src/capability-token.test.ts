import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeToken, isAttenuation, isWithin } from './capability-token.ts'
import type { Capability, CapabilityLimits, CapabilityToken } from './capability-token.ts'
import { createRandom } from './testing/random.ts'
import type { Random } from './testing/random.ts'
import { HOUR_MS, SAMPLE_MS, sampleHex, sampleId } from './testing/samples.ts'

const PARENT: CapabilityToken = {
  issuer: sampleId('DeviceId', 0x01),
  audience: { kind: 'device', deviceId: sampleId('DeviceId', 0x21) },
  capabilities: [{ resource: 'fs:/notes/**', acts: ['read', 'write'], limits: { maxCalls: 10 } }],
  notBeforeMs: SAMPLE_MS,
  expiresAtMs: SAMPLE_MS + HOUR_MS,
  tokenId: sampleId('TokenId', 0x01),
}
const CHILD: CapabilityToken = {
  ...PARENT,
  issuer: sampleId('DeviceId', 0x21),
  audience: { kind: 'app', channel: 'notes' },
  capabilities: [{ resource: 'fs:/notes/today', acts: ['read'], limits: { maxCalls: 3, maxBytes: 100 } }],
}

function withCapability(change: Partial<Capability>): CapabilityToken {
  return { ...CHILD, capabilities: CHILD.capabilities.map((capability) => ({ ...capability, ...change })) }
}

test('a narrower token from the audience of the parent is an attenuation, and so is an equal one', () => {
  assert.equal(isAttenuation(CHILD, PARENT), true)
  assert.equal(isAttenuation({ ...CHILD, capabilities: PARENT.capabilities }, PARENT), true)
})

const WIDER: Readonly<Record<string, CapabilityToken>> = {
  'from somebody else': { ...CHILD, issuer: sampleId('DeviceId', 0x41) },
  'that ends later': { ...CHILD, expiresAtMs: PARENT.expiresAtMs + 1 },
  'that begins earlier': { ...CHILD, notBeforeMs: PARENT.notBeforeMs - 1 },
  'for another file': withCapability({ resource: 'fs:/other' }),
  'for the folder above': withCapability({ resource: 'fs:/**' }),
  'with another act': withCapability({ acts: ['list', 'read'] }),
  'with a higher limit': withCapability({ limits: { maxCalls: 11 } }),
  'without the limit': withCapability({ limits: {} }),
  'with one capability more': {
    ...CHILD,
    capabilities: [...CHILD.capabilities, { resource: 'cam:*', acts: ['read'], limits: {} }],
  },
}

for (const [what, child] of Object.entries(WIDER)) {
  test(`a token ${what} is no attenuation`, () => {
    assert.equal(isAttenuation(child, PARENT), false)
  })
}

test('apps and other people hand nothing on', () => {
  const toApp: CapabilityToken = { ...PARENT, audience: { kind: 'app', channel: 'notes' } }
  const toPeer: CapabilityToken = { ...PARENT, audience: { kind: 'peer', peerId: sampleHex(32, 0x21) } }
  assert.equal(isAttenuation(CHILD, toApp), false)
  assert.equal(isAttenuation(CHILD, toPeer), false)
})

test('a token that nobody would accept is not encoded', () => {
  assert.throws(() => encodeToken({ ...PARENT, expiresAtMs: PARENT.notBeforeMs }), RangeError)
  assert.throws(() => encodeToken(withCapability({ resource: 'fs:/a/../b' })), RangeError)
})

/** The plain meaning of a capability: which of a few concrete things it lets happen. */
interface Deed {
  readonly path: string
  readonly act: string
  readonly calls: number
}

const DEEDS: readonly Deed[] = ['/a', '/a/b', '/a/b/c', '/b'].flatMap((path) =>
  ['list', 'read', 'write'].flatMap((act) => [1, 5, 9].map((calls) => ({ path, act, calls }))),
)

function allows({ resource, acts, limits }: Capability, { path, act, calls }: Deed): boolean {
  const pattern = resource.slice('fs:'.length)
  const folder = pattern.slice(0, -'/**'.length)
  const isNamed = pattern.endsWith('/**') ? `${path}/`.startsWith(`${folder}/`) : path === pattern
  return isNamed && acts.includes(act) && calls <= (limits.maxCalls ?? Infinity)
}

function drawCapability(random: Random): Capability {
  const resource = random.pick(['fs:/**', 'fs:/a/**', 'fs:/a', 'fs:/a/b', 'fs:/a/b/**', 'fs:/b'])
  const acts = random.pick([['read'], ['read', 'write'], ['list', 'read', 'write']])
  const limits = random.pick<CapabilityLimits>([{}, { maxCalls: 1 }, { maxCalls: 5 }])
  return { resource, acts, limits }
}

test('along 100,000 drawn chains nothing is ever allowed that the first token did not allow', () => {
  const random = createRandom(11)
  let handedOn = 0
  for (let round = 0; round < 100_000; round++) {
    const first = drawCapability(random)
    let last = first
    for (let depth = 0; depth < 4; depth++) {
      const next = drawCapability(random)
      if (!isWithin(next, last)) break
      last = next
      handedOn++
    }
    if (last === first) continue
    for (const deed of DEEDS) assert.ok(!allows(last, deed) || allows(first, deed))
  }
  assert.ok(handedOn > 10_000)
})
