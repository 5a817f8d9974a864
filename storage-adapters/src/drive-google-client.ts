import { Readable } from 'node:stream'
import { drive } from '@googleapis/drive'
import type { drive_v3 } from '@googleapis/drive'
import { driveFetch } from './drive-fetch.ts'
import type { DriveLine } from './drive-signed.ts'
import { GOOGLE_DRIVE, SPACE } from './drive-transport.ts'
import type { Asked, DriveTransport } from './drive-transport.ts'

/** Through Google's own client. */
export function googleClient({ line, tokens, apiUrl = GOOGLE_DRIVE }: DriveLine): DriveTransport {
  const { files, about } = drive({ version: 'v3', rootUrl: apiUrl })
  const once = driveFetch(line, tokens, { repeats: false })
  // Uploads go to Google's own address unless each call names another.
  const options = (signal: AbortSignal, responseType: 'json' | 'arraybuffer' = 'json') => ({
    rootUrl: apiUrl,
    signal,
    responseType,
    retry: false,
    validateStatus: () => true,
    fetchImplementation: once,
  })

  return {
    generateIds: (params, cut) => unwrapped(files.generateIds(params, options(cut))),
    create({ id, name, bytes }, fields, how, cut) {
      const requestBody = { id, name, parents: [SPACE] } satisfies drive_v3.Schema$File
      const media = { mimeType: 'application/octet-stream', body: Readable.from([Buffer.from(bytes)]) }
      const fetchImplementation = driveFetch(line, tokens, how)
      return unwrapped(files.create({ requestBody, media, fields }, { ...options(cut), fetchImplementation }))
    },
    // What comes is said by `responseType`, which the types of the client do not follow.
    download: async (fileId, cut) => {
      const { status, data } = await unwrapped(files.get({ fileId, alt: 'media' }, options(cut, 'arraybuffer')))
      return { status, data: data as unknown as ArrayBuffer }
    },
    get: (params, cut) => unwrapped(files.get(params, options(cut))),
    list: (params, cut) => unwrapped(files.list(params, options(cut))),
    delete: (fileId, cut) => unwrapped(files.delete({ fileId }, options(cut))),
    about: (params, cut) => unwrapped(about.get(params, options(cut))),
  }
}

/** Google's client puts every rejection into one of its own. */
async function unwrapped<T>(asked: Asked<T>): Asked<T> {
  try {
    return await asked
  } catch (error) {
    throw error instanceof Error && error.cause instanceof Error ? error.cause : error
  }
}
