import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instantClock } from '../testing/family.ts'
import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DriveAdded, DriveAnswer } from '@cloudos/protocol/drive-commands'
import { idFromBytes } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Channel } from '@cloudos/protocol/ports'
import { peerIdOf } from '../testing/family.ts'
import { MemoryNetwork } from '../testing/memory-net.ts'
import type { PairingSelf } from './handshake.ts'
import { PAIR_PROTOCOL } from './handshake.ts'
import { answerPairing, askToJoin, offerProfile, visitForCopies } from './pair.ts'
import type { Answering, Joining, PairingParts } from './pair.ts'
import type { CopyPlace } from './talk.ts'

const PROFILE = idFromBytes('ProfileId', new Uint8Array(16).fill(5))
const ENTRY = new Uint8Array(200).fill(3)
const COPY = {
  profileId: PROFILE,
  slots: [new Uint8Array(200).fill(4)],
  sealedVault: new Uint8Array(300).fill(5),
  entries: [ENTRY],
}

const SERVED: CopyPlace = {
  in: 'place',
  place: { kind: 'webdav', where: 'https://cloud.example.org/dav/', account: 'robin', secret: 'correct horse' },
}

function folderAt(where: string): CopyPlace {
  return { in: 'place', place: { kind: 'folder', where } }
}

interface Table {
  readonly near: PairingParts
  readonly far: PairingParts
}

/** Two devices with a channel between them; `tamper` stands in the middle. */
async function sitDown(options: { farSecret?: number; profileId?: typeof PROFILE } = {}): Promise<Table> {
  const dice = createDice(8)
  const network = new MemoryNetwork()
  const self = (name: string): PairingSelf => {
    const identity = deviceIdentityFrom(createDeviceSeeds(dice))
    return { identity, peerId: peerIdOf(identity), name, class: 'agent' }
  }
  const [joiner, inviter] = [self('joiner'), self('inviter')]
  const arrived = Promise.withResolvers<Channel>()
  network.join(inviter.peerId).handle(PAIR_PROTOCOL, (channel) => {
    arrived.resolve(channel)
  })
  const channel = await network.join(joiner.peerId).open(inviter.peerId, PAIR_PROTOCOL)
  const common = { rng: dice, signal: AbortSignal.timeout(5_000), profileId: options.profileId }
  return {
    near: { ...common, channel, self: joiner, secrets: [new Uint8Array(16).fill(1)] },
    far: {
      ...common,
      channel: await arrived.promise,
      self: inviter,
      secrets: [new Uint8Array(16).fill(9), new Uint8Array(16).fill(options.farSecret ?? 1)],
    },
  }
}

/** Answers, and checks that it is the link's secret that was used up. */
function answer(parts: PairingParts, host: Answering): Promise<void> {
  return answerPairing(parts, host, (secret) => {
    assert.deepEqual(secret, new Uint8Array(16).fill(1))
  })
}

function joining(joined: Uint8Array[]): Joining {
  return {
    makeCertificate: (_profileId, challenge) => Promise.resolve(challenge),
    join: (_profileId, entries) => {
      joined.push(...entries)
      return Promise.resolve()
    },
  }
}

function answering(parts: Partial<Answering>): Answering {
  return {
    ...joining([]),
    clock: { ...instantClock, sleep: () => new Promise(() => undefined) },
    profileId: PROFILE,
    admit: () => Promise.resolve([ENTRY]),
    copyAt: () => Promise.resolve(COPY),
    takeIn: () => Promise.resolve(),
    signIn: {
      begin: () => Promise.reject(new CloudError('no-such-kind', 'no')),
      finish: () => assert.fail('finished'),
    },
    ...parts,
  }
}

test('a new device is let in; both sides show the same words and speak of the same transcript', async () => {
  const { near, far } = await sitDown({ profileId: PROFILE })
  const joined: Uint8Array[] = []
  let shownFar: readonly string[] = []
  let shownNear: readonly string[] = []
  await Promise.all([
    answer(
      far,
      answering({
        admit: ({ handshake, certificate }) => {
          shownFar = handshake.words
          assert.deepEqual(certificate, handshake.transcript)
          assert.equal(handshake.peer.name, 'joiner')
          assert.deepEqual(handshake.peer.signPublicKey, near.self.identity.signer.publicKey)
          return Promise.resolve([ENTRY])
        },
      }),
    ),
    askToJoin(near, joining(joined), (words) => {
      shownNear = words
    }),
  ])
  assert.deepEqual(joined, [ENTRY])
  assert.equal(shownNear.length, 3)
  assert.deepEqual(shownNear, shownFar)
})

test('the holder of a root takes a device into its profile', async () => {
  const { near, far } = await sitDown()
  const joined: Uint8Array[] = []
  await Promise.all([
    answer(far, { ...answering({ profileId: undefined }), ...joining(joined) }),
    offerProfile(near, PROFILE, ({ certificate, handshake }) => {
      assert.deepEqual(certificate, handshake.transcript)
      return Promise.resolve([ENTRY, ENTRY])
    }),
  ])
  assert.deepEqual(joined, [ENTRY, ENTRY])
})

test('a page with the secret of a link gets the copy, and is let in by what it has signed with it', async () => {
  for (const where of [{ in: 'profile' }, folderAt('/media/stick'), SERVED] as const) {
    const { near, far } = await sitDown({ profileId: PROFILE })
    const asked: unknown[] = []
    const answered = answer(
      far,
      answering({
        copyAt: (place) => {
          asked.push(place)
          return Promise.resolve(COPY)
        },
        takeIn: ({ peer }, entries) => {
          asked.push(peer.name, entries)
          return Promise.resolve()
        },
      }),
    )
    const visit = await visitForCopies(near)
    assert.deepEqual(await visit.ask(where), COPY)
    await visit.submit([ENTRY])
    await answered
    assert.deepEqual(asked, [where, 'joiner', [ENTRY]])
  }
})

test('why there is no copy reaches the page, which may ask for another with the same link', async () => {
  const { near, far } = await sitDown({ profileId: PROFILE })
  const codes = ['bad-path', 'no-such-folder', 'damaged-vault', 'nothing-there']
  const asked = [...codes]
  const answered = answer(
    far,
    answering({
      copyAt: () => {
        const code = asked.shift()
        return code === undefined ? Promise.resolve(COPY) : Promise.reject(new CloudError(code, 'not there'))
      },
    }),
  )
  const visit = await visitForCopies(near)
  for (const code of codes) await assert.rejects(visit.ask(folderAt(code)), { code })
  assert.deepEqual(await visit.ask(folderAt('/media/stick')), COPY)
  assert.deepEqual(await visit.ask({ in: 'profile' }), COPY)
  await visit.submit([ENTRY])
  await answered
})

test('a page has a device sign in to a Drive: it waits for a person, the answer may come by hand, refusals have words of this side', async () => {
  const { near, far } = await sitDown({ profileId: PROFILE })
  const asked = { attempt: 'ab'.repeat(16), url: 'https://accounts.example/ask' }
  const answers: DriveAnswer[] = []
  const consent = Promise.withResolvers<DriveAdded>()
  const answered = answer(
    far,
    answering({
      // Patience with a person ends at once, that with a visitor never.
      clock: {
        ...instantClock,
        sleep: (ms) => (ms < LIMITS.strangerMaxMs ? Promise.resolve() : new Promise(() => undefined)),
      },
      signIn: {
        begin: (where) =>
          where === 'nobody' ? Promise.reject(new CloudError('bad-client', 'their words')) : Promise.resolve(asked),
        finish: (given) => {
          answers.push(given)
          if (given.returned !== undefined) consent.resolve({ account: 'robin@example.org' })
          return consent.promise
        },
      },
    }),
  )
  const { signIn } = await visitForCopies(near)
  await assert.rejects(signIn.begin('nobody'), { code: 'bad-client', message: /Desktop app/ })
  assert.deepEqual(await signIn.begin('somebody'), asked)
  const { attempt } = asked
  const waiting = signIn.finish({ attempt, clientSecret: 's' })
  const added = await signIn.finish({ attempt, clientSecret: 's', returned: 'http://127.0.0.1/?code=1' })
  assert.deepEqual([added, await waiting], [{ account: 'robin@example.org' }, { account: 'robin@example.org' }])
  assert.deepEqual(answers.at(0), { attempt, clientSecret: 's' })
  near.channel.close()
  await assert.rejects(answered, { code: 'pairing-ended' })
})

test('a page takes the device that showed it a copy into the profile it has opened', async () => {
  const { near, far } = await sitDown()
  const joined: Uint8Array[] = []
  const answered = answer(far, { ...answering({ profileId: undefined }), ...joining(joined) })
  const visit = await visitForCopies(near)
  const { profileId } = await visit.ask(folderAt('/media/stick'))
  await visit.offer(profileId, ({ certificate, handshake }) => {
    assert.deepEqual(certificate, handshake.transcript)
    return Promise.resolve([ENTRY, ENTRY])
  })
  await answered
  assert.deepEqual(joined, [ENTRY, ENTRY])
})

test('why nobody is let in, or a device cannot join, reaches the page and ends the visit', async () => {
  const no = (code: string) => () => Promise.reject(new CloudError(code, 'no'))
  const first = await sitDown({ profileId: PROFILE })
  const later = assert.rejects(answer(first.far, answering({ takeIn: no('not-let-in') })), { code: 'not-let-in' })
  const visit = await visitForCopies(first.near)
  await visit.ask({ in: 'profile' })
  await assert.rejects(visit.submit([ENTRY]), { code: 'not-let-in' })
  await later
  const second = await sitDown()
  const alone = { ...answering({ profileId: undefined }), join: no('not-a-member') }
  const refused = assert.rejects(answer(second.far, alone), { code: 'not-a-member' })
  const other = await visitForCopies(second.near)
  const admit = () => Promise.resolve([ENTRY])
  await assert.rejects(other.offer(PROFILE, admit), { code: 'not-a-member' })
  await refused
})

test('a page that has seen a copy may go without a word', async () => {
  const { near, far } = await sitDown({ profileId: PROFILE })
  const answered = assert.rejects(answer(far, answering({})), { code: 'pairing-ended' })
  await (await visitForCopies(near)).ask({ in: 'profile' })
  near.channel.close()
  await answered
})

test('somebody who tries what folders there are is stopped', async () => {
  const { near, far } = await sitDown({ profileId: PROFILE })
  const nowhere = () => Promise.reject(new CloudError('no-such-folder', 'no'))
  const answered = assert.rejects(answer(far, answering({ copyAt: nowhere })), { code: 'pairing-refused' })
  const visit = await visitForCopies(near)
  const ask = () => visit.ask(folderAt('/home'))
  for (let tries = 0; tries < 50; tries++) await assert.rejects(ask(), { code: 'no-such-folder' })
  await assert.rejects(ask(), { code: 'pairing-refused' })
  await answered
})

test('a wrong secret gives neither side anything', async () => {
  const { near, far } = await sitDown({ farSecret: 2, profileId: PROFILE })
  const refused = { code: 'pairing-refused' }
  const answered = assert
    .rejects(answer(far, answering({ admit: () => assert.fail('asked the owner') })), refused)
    .finally(() => {
      far.channel.close()
    })
  await assert.rejects(
    askToJoin(near, joining([]), () => assert.fail('showed words')),
    { code: 'pairing-ended' },
  )
  await answered
})

test('links of different profiles do not fit together', async () => {
  const { near, far } = await sitDown({ profileId: PROFILE })
  const other = idFromBytes('ProfileId', new Uint8Array(16).fill(6))
  const answered = assert
    .rejects(answer({ ...far, profileId: other }, answering({})), { code: 'pairing-refused' })
    .finally(() => {
      far.channel.close()
    })
  await assert.rejects(
    askToJoin(near, joining([]), () => assert.fail()),
    { code: 'pairing-ended' },
  )
  await answered
})

test("the owner's no reaches the joiner in words", async () => {
  const { near, far } = await sitDown({ profileId: PROFILE })
  const no = new CloudError('words-differ', 'the words differ')
  const results = await Promise.allSettled([
    answer(far, answering({ admit: () => Promise.reject(no) })),
    askToJoin(near, joining([]), () => undefined),
  ])
  assert.deepEqual(
    results.map((result) => (result.status === 'rejected' ? (result.reason as CloudError).code : 'fulfilled')),
    ['words-differ', 'words-differ'],
  )
})

test('a device of another profile says so', async () => {
  const { near, far } = await sitDown()
  const other = idFromBytes('ProfileId', new Uint8Array(16).fill(6))
  const results = await Promise.allSettled([
    answer(far, answering({ profileId: other })),
    offerProfile(near, PROFILE, () => assert.fail('admitted')),
  ])
  for (const result of results)
    assert.equal(result.status === 'rejected' && (result.reason as CloudError).code, 'in-another-profile')
})

test('nobody waits for ever, and rubbish ends the pairing', async () => {
  const { near, far } = await sitDown({ profileId: PROFILE })
  const expired = { ...near, signal: AbortSignal.abort() }
  await assert.rejects(
    askToJoin(expired, joining([]), () => assert.fail()),
    { code: 'pairing-expired' },
  )
  near.channel.send(new Uint8Array(17 * 1024))
  await assert.rejects(answer({ ...far, signal: AbortSignal.timeout(5_000) }, answering({})), {
    code: 'pairing-refused',
  })
})

test('a side that dies before any of its messages leaves the other free to try again, and the next try goes through', async () => {
  for (const victim of ['near', 'far'] as const)
    for (let survives = 0; survives < 3; survives++) {
      const table = await sitDown({ profileId: PROFILE })
      const { channel } = table[victim]
      let sent = 0
      const dying: Channel = {
        peerId: channel.peerId,
        send: (message) => {
          if (sent++ < survives) return channel.send(message)
          channel.close()
          return true
        },
        drained: (signal) => channel.drained(signal),
        onMessage: (listener) => {
          channel.onMessage(listener)
        },
        onClose: (listener) => {
          channel.onClose(listener)
        },
        pause: () => {
          channel.pause()
        },
        resume: () => {
          channel.resume()
        },
        close: () => {
          channel.close()
        },
      }
      const parts = { ...table, [victim]: { ...table[victim], channel: dying } }
      const joined: Uint8Array[] = []
      const ends = await Promise.allSettled([
        answer(parts.far, answering({})),
        askToJoin(parts.near, joining(joined), () => undefined),
      ])
      for (const end of ends) if (end.status === 'rejected') assert.ok(end.reason instanceof CloudError)
      const again = await sitDown({ profileId: PROFILE })
      const whole: Uint8Array[] = []
      await Promise.all([answer(again.far, answering({})), askToJoin(again.near, joining(whole), () => undefined)])
      assert.deepEqual(whole, [ENTRY])
    }
})
