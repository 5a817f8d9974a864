import { startFakeS3, S3_KEY } from '../fake-s3.ts'
import { foundDrive } from '../../drive.ts'
import { foundS3 } from '../../s3.ts'
import { foundWebdav } from '../../webdav.ts'
import { startFaultProxy } from '../fault-proxy.ts'
import type { FaultProxy } from '../fault-proxy.ts'
import { drivePlace, grantOf } from '../drive/drive-place.ts'
import { startFakeDrive } from '../drive/fake-drive.ts'
import { startFakeGithub } from '../github/fake-github.ts'
import { createTestLine } from '../http-line.ts'
import { createTemporaryFolder, foundTemporaryFolder } from '../temporary-folder.ts'
import { WEBDAV_ACCOUNT, WEBDAV_PROGRAMS } from '../webdav-servers.ts'
import type { TrialPlace } from './place.ts'

/** A fresh medium. */
export interface TrialMedium extends AsyncDisposable {
  readonly place: TrialPlace
  /** The same by way of a proxy that can break it; none where there is no connection to break. */
  readonly broken: { readonly place: TrialPlace; readonly proxy: FaultProxy } | undefined
}

/** What serves media of one kind, once it is started. */
export interface TrialServer extends AsyncDisposable {
  found(): Promise<TrialMedium>
}

export interface TrialKind {
  readonly name: string
  /** Why it cannot be started here; `undefined` when it can. */
  readonly missing: string | undefined
  start(): Promise<TrialServer>
}

const never = new AbortController().signal

const folder: TrialKind = {
  name: 'folder',
  missing: undefined,
  start: () =>
    Promise.resolve({
      async found() {
        const { path, ...rest } = await foundTemporaryFolder()
        return { place: { kind: 'folder' as const, path }, broken: undefined, ...rest }
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
}

const s3: TrialKind = {
  name: 's3',
  missing: undefined,
  async start() {
    const server = await startFakeS3()
    let count = 0
    return {
      async found() {
        const folderName = `bucket/trial-${String(count++)}/`
        const at = (base: string) => ({ kind: 's3' as const, address: base + folderName })
        await foundS3({ address: at(server.url).address, credential: S3_KEY, line: createTestLine() }, never)
        return withProxy(at(server.url), await startFaultProxy(server.url, { keepsHost: true }), at)
      },
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  },
}

const github: TrialKind = {
  name: 'github',
  missing: undefined,
  start: () =>
    Promise.resolve({
      async found() {
        const server = await startFakeGithub()
        const { apiUrl, token } = server
        const at = (base: string) => ({ kind: 'github' as const, apiUrl: base.replace(/\/$/, ''), token })
        const medium = withProxy(at(apiUrl), await startFaultProxy(apiUrl), at)
        return {
          ...medium,
          async [Symbol.asyncDispose]() {
            await medium[Symbol.asyncDispose]()
            await server[Symbol.asyncDispose]()
          },
        }
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
}

const drive: TrialKind = {
  name: 'drive',
  missing: undefined,
  start: () =>
    Promise.resolve({
      async found() {
        const server = await startFakeDrive()
        const grant = grantOf(server)
        await foundDrive(drivePlace(server.url, grant), never)
        const at = (url: string) => ({ kind: 'drive' as const, url, grant })
        const medium = withProxy(at(server.url), await startFaultProxy(server.url), at)
        return {
          ...medium,
          async [Symbol.asyncDispose]() {
            await medium[Symbol.asyncDispose]()
            await server[Symbol.asyncDispose]()
          },
        }
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
}

const webdavs: readonly TrialKind[] = WEBDAV_PROGRAMS.map((program) => ({
  name: `webdav on ${program.name}`,
  missing: program.missing,
  async start() {
    const disk = await createTemporaryFolder()
    const server = await program.start(disk.path)
    let count = 0
    return {
      async found() {
        const name = `trial-${String(count++)}/`
        const at = (base: string) => ({ kind: 'webdav' as const, address: base + name })
        const { address } = at(server.url)
        await foundWebdav({ address, credential: WEBDAV_ACCOUNT, line: createTestLine() }, never)
        return withProxy(at(server.url), await startFaultProxy(server.url), at)
      },
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]()
        await disk[Symbol.asyncDispose]()
      },
    }
  },
}))

function withProxy(place: TrialPlace, proxy: FaultProxy, at: (base: string) => TrialPlace): TrialMedium {
  return { place, broken: { place: at(proxy.url), proxy }, [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() }
}

/** Every medium that another process can reach. A browser's own is tried in e2e/. */
export const TRIAL_KINDS: readonly TrialKind[] = [folder, ...webdavs, s3, github, drive]
