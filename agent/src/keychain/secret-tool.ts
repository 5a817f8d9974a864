import type { World } from '../cli/world.ts'
import { runTool } from './run-tool.ts'
import type { ToolEnd } from './run-tool.ts'
import { complaintOf, keychainUnreachable } from './secret-store.ts'
import type { SecretStore } from './secret-store.ts'

const TOOL = 'secret-tool'
const OURS = ['application', 'cloudos', 'way'] as const

/** Linux: the Secret Service of the person's session (GNOME keyring, KWallet, KeePassXC), by libsecret's own tool. */
export function secretToolStore({ env }: Pick<World, 'env'>): SecretStore {
  const run = (args: readonly string[], input?: string): Promise<ToolEnd | undefined> =>
    runTool(TOOL, args, { env, ...(input !== undefined && { input }) })
  return {
    kind: 'system',
    noun: 'the keychain of this machine',
    find: async (name) => {
      const end = await run(['lookup', ...OURS, name])
      if (end?.code === 0 && end.out !== '') return end.out.trimEnd()
      // What is not there is no complaint: it ends with 1 and says nothing.
      if (end?.code === 0 || (end?.code === 1 && end.err.trim() === '')) return undefined
      throw keychainUnreachable(complaintOf(TOOL, end))
    },
    keep: async (name, secret, label) => {
      const end = await run(['store', `--label=${label}`, ...OURS, name], secret)
      if (end?.code !== 0) throw keychainUnreachable(complaintOf(TOOL, end))
    },
    forget: async (name) => {
      const end = await run(['clear', ...OURS, name])
      if (end?.code !== 0 && end?.err.trim() !== '') throw keychainUnreachable(complaintOf(TOOL, end))
    },
  }
}
