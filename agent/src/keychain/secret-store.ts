import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ToolEnd } from './run-tool.ts'

/** Where a machine keeps a secret, as text of one line, under the name of the way in that it opens. */
export interface SecretStore {
  /** `system`: what the person's login opens. `file`: what the rights of a file protect, and nothing else. */
  readonly kind: 'system' | 'file'
  /** For a sentence: "kept in …". */
  readonly noun: string
  /** All of them reject with `CloudError` 'keychain-unreachable', or what the disk says. */
  find(name: string): Promise<string | undefined>
  keep(name: string, secret: string, label: string): Promise<void>
  forget(name: string): Promise<void>
}

/** The system's keychain is not there, is locked, or does not answer. */
export function keychainUnreachable(why: string): CloudError {
  return new CloudError(
    'keychain-unreachable',
    `The keychain of this machine cannot be reached (${why}). Unlock it, or sign in where it runs, and try again; or open with another way in.`,
  )
}

/** The first line of what a tool complained of. */
export function complaintOf(tool: string, end: ToolEnd | undefined): string {
  if (end === undefined) return `the program ${tool} is not there`
  if (end.code === null) return `${tool} did not answer`
  const line = end.err.split('\n').find((text) => text.trim() !== '')
  return line?.trim().slice(0, 200) ?? `${tool} ended with ${String(end.code)}`
}
