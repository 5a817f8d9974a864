import type { World } from '../cli/world.ts'
import { runTool } from './run-tool.ts'
import type { ToolEnd } from './run-tool.ts'
import { complaintOf, keychainUnreachable } from './secret-store.ts'
import type { SecretStore } from './secret-store.ts'

const TOOL = 'security'
/** `errSecItemNotFound`, as the tool ends with it. */
const NOT_FOUND = 44

/** macOS: the login keychain, by the system's own tool. */
export function securityToolStore({ env }: Pick<World, 'env'>): SecretStore {
  const run = (args: readonly string[], input?: string): Promise<ToolEnd | undefined> =>
    runTool(TOOL, args, { env, ...(input !== undefined && { input }) })
  return {
    kind: 'system',
    noun: 'the keychain of this machine',
    find: async (name) => {
      const end = await run(['find-generic-password', '-s', 'cloudos', '-a', name, '-w'])
      if (end?.code === 0) return end.out.trimEnd()
      if (end?.code === NOT_FOUND) return undefined
      throw keychainUnreachable(complaintOf(TOOL, end))
    },
    keep: async (name, secret, label) => {
      // By what it reads: as an argument the secret would stand in the list of processes.
      const quoted = label.replaceAll(/["\\]/g, '')
      const line = `add-generic-password -U -s cloudos -a ${name} -l "${quoted}" -w ${secret}\n`
      const end = await run(['-i'], line)
      if (end?.code !== 0) throw keychainUnreachable(complaintOf(TOOL, end))
    },
    forget: async (name) => {
      const end = await run(['delete-generic-password', '-s', 'cloudos', '-a', name])
      if (end?.code !== 0 && end?.code !== NOT_FOUND) throw keychainUnreachable(complaintOf(TOOL, end))
    },
  }
}
