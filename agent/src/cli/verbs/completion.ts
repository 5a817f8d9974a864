import { completionScript } from '../completion-script.ts'
import type { Shell } from '../completion-script.ts'
import type { Errand } from '../errand.ts'
import type { Given, Outcome } from '../verb.ts'

const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish']

export async function runCompletion(given: Given, { verbs }: Errand): Promise<Outcome> {
  const shell = SHELLS.find((one) => one === given.get('shell')) ?? 'bash'
  const script = completionScript(shell, verbs)
  return { result: { shell, script }, lines: [script.trimEnd()] }
}
