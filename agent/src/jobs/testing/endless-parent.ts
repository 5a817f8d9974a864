/** Runs an endless program in a host and says the host's process id once it has written something. Argument: an empty folder. */
import { join } from 'node:path'
import { utf8 } from '@cloudos/protocol/bytes'
import { HostProcess } from '../host-process.ts'
import { planHost } from '../host-plan.ts'
import { pack, SAID } from '../host/pack.ts'
import { HOSTILE } from './hostile.ts'

const [, , folder = ''] = process.argv
const hostFile = join(import.meta.dirname, '..', 'host', 'main.ts')
const plan = planHost({ node: process.execPath, hostFile, folder, userId: process.getuid?.() })
const host = new HostProcess(plan.command)
const endless = HOSTILE[0]?.module ?? new Uint8Array()
host.listen(({ kind }) => {
  if (kind === SAID.ready) host.tell(pack([new Uint8Array(16), new Uint8Array(8), endless, pack([utf8('')])]))
  // Said while the program is running: its thread is in the loop.
  if (kind === SAID.usage) console.log(String(host.pid))
})
