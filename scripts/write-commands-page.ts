/** `npm run commands-page` writes docs/commands.md anew. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { COMMANDS_PAGE, commandsPage } from './docs/commands-page.ts'

const root = join(import.meta.dirname, '..')
writeFileSync(join(root, COMMANDS_PAGE), await commandsPage(root))
