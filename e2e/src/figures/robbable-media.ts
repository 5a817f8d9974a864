import { existsSync } from 'node:fs'
import { foundRobbableDrive } from '@cloudos/agent/testing/robbery/drive-layout'
import { foundRobbableDevice } from '@cloudos/agent/testing/robbery/shown-device'
import { foundRobbableFolder } from '@cloudos/agent/testing/robbery/folder-layout'
import type { RobbableMedium } from '@cloudos/agent/testing/robbery/layout'
import {
  foundRobbableBucket,
  foundRobbableRepository,
  foundRobbableWebdav,
} from '@cloudos/agent/testing/robbery/server-media'
import { WEBDAV_PROGRAMS } from '@cloudos/storage-adapters/testing/webdav-servers'
import { findChromium } from '../../../scripts/testing/chromium.ts'
import { foundRobbableDatabase } from './robbable-database.ts'

/** Every kind of medium that can be robbed on this machine, by its name. */
export const ROBBABLE_MEDIA: ReadonlyMap<string, () => Promise<RobbableMedium>> = new Map([
  ['folder', foundRobbableFolder],
  ...WEBDAV_PROGRAMS.filter(({ missing }) => missing === undefined)
    .slice(0, 1)
    .map((program) => [`webdav on ${program.name}`, () => foundRobbableWebdav(program)] as const),
  ['s3', foundRobbableBucket],
  ['github', foundRobbableRepository],
  ['drive', foundRobbableDrive],
  ['device', foundRobbableDevice],
  ...(existsSync(findChromium() ?? '') ? [['indexeddb in Chromium', foundRobbableDatabase] as const] : []),
])
