import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { freePort, startProcess } from './server-process.ts'
import type { ForeignServer } from './server-process.ts'

/** The key that it takes. */
export const S3RVER_KEY = { account: 'S3RVER', secret: 'S3RVER' }

const PROGRAM = fileURLToPath(
  new URL('../../descriptions/node_modules/@20minutes/s3rver/lib/s3rver.js', import.meta.url),
)

/** Somebody else's S3 server, which checks signatures and looks at no condition of a PUT; `undefined` where it has not been installed. */
export function findS3rver(): ((folder: string) => Promise<ForeignServer>) | undefined {
  if (!existsSync(PROGRAM)) return undefined
  return async (folder) => {
    const port = await freePort()
    const options = {
      directory: folder,
      address: '127.0.0.1',
      port,
      silent: true,
      configureBuckets: [{ name: 'bucket' }],
    }
    const start = `new (require(${JSON.stringify(PROGRAM)}))(${JSON.stringify(options)}).run()`
    return startProcess(process.execPath, ['-e', start], `http://127.0.0.1:${String(port)}/`)
  }
}
