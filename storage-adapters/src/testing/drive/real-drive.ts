import { connectDrive, foundDrive } from '../../drive.ts'
import type { DrivePlace } from '../../drive.ts'
import { createDriveApi } from '../../drive-api.ts'
import { googleClient } from '../../drive-google-client.ts'
import { createDriveTokens, GOOGLE_TOKENS } from '../../drive-tokens.ts'
import type { DriveGrant } from '../../drive-tokens.ts'
import { createHttpLine } from '../../http-line.ts'
import type { MediumUnderTest } from '../../suite.ts'

/** A Drive of Google's own that tests may empty: three variables of the environment, all or none. */
export function findRealDriveGrant(env: Readonly<Record<string, string | undefined>>): DriveGrant | undefined {
  const clientId = env['CLOUDOS_TEST_DRIVE_CLIENT_ID'] ?? ''
  const clientSecret = env['CLOUDOS_TEST_DRIVE_CLIENT_SECRET'] ?? ''
  const refreshToken = env['CLOUDOS_TEST_DRIVE_REFRESH_TOKEN'] ?? ''
  return clientId === '' || clientSecret === '' || refreshToken === ''
    ? undefined
    : { clientId, clientSecret, refreshToken }
}

const never = new AbortController().signal
const clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (delayMs: number) => new Promise<void>((resolve) => setTimeout(resolve, delayMs)),
}

/** Emptied before and after. */
export async function createRealDrive(grant: DriveGrant): Promise<MediumUnderTest> {
  const line = createHttpLine({ fetch: globalThis.fetch, clock, random: Math.random, timeoutMs: 30_000 })
  const place: DrivePlace = { grant, line, clock }
  const tokens = createDriveTokens(grant, { tokenUrl: GOOGLE_TOKENS, line, clock })
  const api = createDriveApi(googleClient({ line, tokens }))
  const everything = { query: 'trashed = false', order: 'name' } as const

  async function empty(): Promise<void> {
    for await (const { id } of api.list(everything, never)) await api.remove(id, never)
  }

  await empty()
  await foundDrive(place, never)
  return {
    connect: () => connectDrive(place, 'somebody', never),
    async damage(name, harm) {
      const blob = name.replace('b/', 'blob-')
      for await (const { id } of api.list({ query: `name = '${blob}'`, order: 'name' }, never)) {
        const bytes = (await api.read(id, 16 * 1024 * 1024, never)) ?? new Uint8Array()
        await api.remove(id, never)
        const [fresh = ''] = await api.drawIds(1, never)
        await api.create({ id: fresh, name: blob, bytes: harm(bytes) }, { repeats: true }, never)
      }
    },
    [Symbol.asyncDispose]: empty,
  }
}
