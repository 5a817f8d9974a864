import { list, text } from './codecs.ts'
import { nothing, QUICK_MS } from './command.ts'
import type { CommandShape, Nothing } from './command.ts'
import { LIMITS } from './limits.ts'
import { at, record } from './record.ts'

/** Answered before the agent ends: its chains are closed cleanly after the answer. */
export const downCommand: CommandShape<Nothing, Nothing> = {
  name: 'down',
  effect: 'controls',
  grant: { resource: 'agent:*', act: 'control' },
  says: 'Stop the agent on this machine; everything is saved.',
  examples: ['cloudos down'],
  input: nothing,
  output: nothing,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

/** Tells the words to compare, and answers once the owner of the other device has confirmed them. */
export const joinCommand: CommandShape<{ readonly link: string }, Nothing, { readonly words: readonly string[] }> = {
  name: 'pair.join',
  effect: 'controls',
  grant: { resource: 'pair:*', act: 'control' },
  says: 'Take this device into the profile of the device that made a link.',
  examples: ["cloudos pair join 'LINK'"],
  input: record<{ readonly link: string }>({
    link: at(1, text(2 * LIMITS.invitationMaxBytes + 16), 'the link that the other device shows'),
  }),
  output: nothing,
  event: record<{ readonly words: readonly string[] }>({ words: at(1, list(text(16), { min: 3, max: 3 })) }),
  repeat: 'harmless',
  timeoutMs: LIMITS.pairingTtlMs,
}

/**
 * The agent's counters in the text form of Prometheus. Refused as 'metrics-off' until the owner switches them on. Through the private
 * socket alone: neither pages nor other devices may control the agent.
 */
export const metricsTextCommand: CommandShape<Nothing, { readonly text: string }> = {
  name: 'metrics',
  effect: 'reads',
  grant: { resource: 'agent:*', act: 'control' },
  says: "Print the agent's counters in the text form of Prometheus.",
  examples: ['cloudos metrics'],
  input: nothing,
  output: record<{ readonly text: string }>({ text: at(1, text(64 * 1024), 'one counter a line') }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}
