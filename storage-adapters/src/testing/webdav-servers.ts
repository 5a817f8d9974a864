import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findProgram, freePort, startProcess } from './server-process.ts'
import type { ForeignServer } from './server-process.ts'

export const WEBDAV_ACCOUNT = { account: 'robin', secret: 'correct horse battery' }

/** Where Debian puts the modules of Apache, other systems likewise. */
const MODULES = '/usr/lib/apache2/modules'

export interface WebdavProgram {
  readonly name: 'rclone' | 'apache'
  /** Why it cannot be started here; `undefined` when it can. */
  readonly missing: string | undefined
  /** Serves `folder`/served, on another port each time unless it is given one. */
  start(folder: string, port?: number): Promise<ForeignServer>
}

const rclone = findProgram('rclone')
const apache = findProgram('apache2', 'httpd')

/** Two servers of WebDAV that have nothing in common. */
export const WEBDAV_PROGRAMS: readonly WebdavProgram[] = [
  {
    name: 'rclone',
    missing: rclone === undefined ? 'rclone is not installed (Debian: apt-get install rclone)' : undefined,
    async start(folder, given) {
      const port = given ?? (await freePort())
      const served = join(folder, 'served')
      await mkdir(served, { recursive: true })
      const who = ['--user', WEBDAV_ACCOUNT.account, '--pass', WEBDAV_ACCOUNT.secret]
      const args = ['serve', 'webdav', served, '--addr', `127.0.0.1:${String(port)}`, '--config', '/dev/null', ...who]
      return startProcess(rclone ?? '', args, `http://127.0.0.1:${String(port)}/`)
    },
  },
  {
    name: 'apache',
    missing: apache === undefined ? 'apache2 is not installed (Debian: apt-get install apache2-bin)' : undefined,
    async start(folder, given) {
      const port = given ?? (await freePort())
      for (const part of ['served', 'lock']) {
        await mkdir(join(folder, part), { recursive: true })
        // Started by root it serves as somebody else.
        await chmod(join(folder, part), 0o777)
      }
      await chmod(folder, 0o755)
      await writeFile(join(folder, 'users'), DIGEST_USERS)
      const config = join(folder, 'apache.conf')
      await writeFile(config, apacheConfig(folder, port))
      return startProcess(apache ?? '', ['-f', config, '-D', 'FOREGROUND'], `http://127.0.0.1:${String(port)}/`)
    },
  },
]

/** robin : cloudos : the password above, as `htdigest` writes it. */
const DIGEST_USERS = 'robin:cloudos:2772612dbc711d55f9116ea9b19f69f7\n'

function apacheConfig(folder: string, port: number): string {
  const modules = ['mpm_event', 'authn_core', 'authn_file', 'authz_core', 'authz_user', 'auth_digest', 'dav', 'dav_fs']
  return `
ServerRoot "${folder}"
PidFile "${folder}/pid"
Listen 127.0.0.1:${String(port)}
ServerName localhost
${modules.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join('\n')}
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
ErrorLog "${folder}/error.log"
DavLockDB "${folder}/lock/db"
DocumentRoot "${folder}/served"
<Directory "${folder}/served">
  Dav On
  AuthType Digest
  AuthName cloudos
  AuthUserFile "${folder}/users"
  Require valid-user
</Directory>
`
}
