import type { RpcClient } from '@cloudos/mesh/rpc'
import { capabilitiesCommand, metricsCommand } from '@cloudos/protocol/device-commands'
import type { DeviceMetrics } from '@cloudos/protocol/device-commands'
import { LIMITS } from '@cloudos/protocol/limits'
import { callAgent, watchAgent } from './agent-commands.ts'

/** What the page asks an agent about its machine. Everything rejects with the command's `CloudError`, or 'disconnected'. */
export interface DeviceCommands {
  /** The signed capability record (`encodeSigned`), as the agent sent it: nobody has verified it. */
  capabilities(): Promise<Uint8Array>
  /** Tells once a second, until `signal` aborts; then it resolves. */
  watchMetrics(onMetrics: (metrics: DeviceMetrics) => void, signal: AbortSignal): Promise<void>
}

export function createDeviceCommands(client: RpcClient): DeviceCommands {
  return {
    capabilities: async () => (await callAgent(client, capabilitiesCommand, {})).record,
    watchMetrics: (onEvent, signal) =>
      watchAgent(client, metricsCommand, { onEvent, signal, timeoutMs: LIMITS.rpcMaxTimeoutMs }),
  }
}
