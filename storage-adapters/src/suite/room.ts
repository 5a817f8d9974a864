import type { SuiteCase } from '../suite.ts'
import { expect, expectAbsent, expectEqual, storeBlob } from './expect.ts'

const BLOB = new Uint8Array(20_000).fill(7)

export const ROOM_CASES: readonly SuiteCase[] = [
  {
    sentence: 'a medium that does not tell its room has no port for it',
    concerns: ({ tellsRoom }) => tellsRoom === undefined,
    async run(medium) {
      await using store = await medium.connect()
      expectAbsent(store.room, 'the port')
    },
  },
  {
    sentence:
      'the room that a medium tells is in whole bytes, and neither what is used nor what is free is more than all',
    concerns: ({ tellsRoom }) => tellsRoom !== undefined,
    async run(medium) {
      await using store = await medium.connect()
      expect(store.room !== undefined, 'the port: absent')
      const { usedBytes = 0, freeBytes = 0, totalBytes = Infinity } = await store.room.measure()
      for (const bytes of [usedBytes, freeBytes])
        expect(Number.isSafeInteger(bytes) && bytes >= 0 && bytes <= totalBytes, `${String(bytes)} bytes of ${String(totalBytes)}`) // prettier-ignore
    },
  },
  {
    sentence: 'what is stored takes room and what is deleted gives it back',
    concerns: ({ tellsRoom }) => tellsRoom === 'own',
    async run(medium) {
      await using store = await medium.connect()
      const used = async () => (await store.room?.measure())?.usedBytes ?? -1
      const before = await used()
      const name = await storeBlob(store, BLOB)
      expect((await used()) >= before + BLOB.length, `${String(await used())} after ${String(before)}`)
      await store.delete('b/' + name)
      expectEqual(await used(), before, 'once it is deleted')
    },
  },
]
