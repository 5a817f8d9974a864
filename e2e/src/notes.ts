import { editDocumentCommand, readDocumentCommand } from '@cloudos/protocol/commands'
import type { AgentProcess } from './agent-process.ts'
import { eventually } from './eventually.ts'

/** The document behind the page's notes. */
export const NOTES = 'notes'

/** Whoever shows the notes: an agent by its door, a page by its text field. */
export interface Reader {
  text(): Promise<string>
}

export function readerOf(agent: AgentProcess): Reader {
  return { text: async () => (await agent.call(readDocumentCommand, { document: NOTES })).text }
}

/** Resolves when the words stand at the end of the notes, on this agent's disk. */
export async function write(agent: AgentProcess, words: string): Promise<void> {
  await agent.call(editDocumentCommand, { document: NOTES, at: Number.MAX_SAFE_INTEGER, remove: 0, insert: words })
}

/** Waits until all show the same, and each of these words in it. */
export async function untilAllShow(words: readonly string[], readers: readonly Reader[]): Promise<string> {
  return eventually(`everybody shows ${words.join(', ')}`, async () => {
    const [first = '', ...others] = await Promise.all(readers.map((reader) => reader.text()))
    const agreed = others.every((text) => text === first) && words.every((word) => first.includes(word))
    return agreed ? first : undefined
  })
}
