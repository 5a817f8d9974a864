import { findProgram } from '@cloudos/storage-adapters/testing/server-process'
import { installWithApt } from './apt.ts'

/** Servers of other people, for the tests of the media: without them those say that they were skipped, and why. */
const SERVERS = [
  { programs: ['rclone'], package: 'rclone' },
  { programs: ['apache2', 'httpd'], package: 'apache2-bin' },
]

const missing = () => SERVERS.filter(({ programs }) => findProgram(...programs) === undefined)

if (missing().length > 0) installWithApt(missing().map((server) => server.package))
for (const server of missing()) console.error(`${server.package} is not there and could not be installed from here.`)
