import { findProgram } from '@cloudos/storage-adapters/testing/server-process'
import { installWithApt } from './apt.ts'

/** Programs of other people, for the tests of the media and of keychains: without them those say that they were skipped, and why. */
const PROGRAMS = [
  { programs: ['rclone'], package: 'rclone' },
  { programs: ['apache2', 'httpd'], package: 'apache2-bin' },
  { programs: ['secret-tool'], package: 'libsecret-tools' },
  { programs: ['gnome-keyring-daemon'], package: 'gnome-keyring' },
  { programs: ['dbus-daemon'], package: 'dbus-daemon' },
]

const missing = () => PROGRAMS.filter(({ programs }) => findProgram(...programs) === undefined)

if (missing().length > 0) installWithApt(missing().map(({ package: name }) => name))
for (const { package: name } of missing()) console.error(`${name} is not there and could not be installed from here.`)
