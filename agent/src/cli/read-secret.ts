import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { ReadStream } from 'node:tty'
import { CloudError } from '@cloudos/protocol/cloud-error'

/** What is piped in is read once; whoever asks next gets the next line. */
const pipedLines = new WeakMap<ReadStream, Promise<string[]>>()

/** One line that nobody sees: typed without echo at a terminal, else the next line of what is piped in. */
export async function readSecret(question: string, stdin: ReadStream, signal: AbortSignal): Promise<string> {
  if (!stdin.isTTY) {
    const lines = pipedLines.get(stdin) ?? allOf(stdin).then((text) => text.split(/\r?\n/))
    pipedLines.set(stdin, lines)
    return firstLine((await lines).shift() ?? '')
  }
  process.stderr.write(question)
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done()
    },
  })
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true })
  try {
    return await lines.question('', { signal })
  } finally {
    lines.close()
    process.stderr.write('\n')
  }
}

/** What lies in a file or comes by a pipe, without the end of its line. Throws `CloudError` 'no-secret' when there is nothing. */
export function firstLine(text: string): string {
  const [line = ''] = text.split(/\r?\n/)
  if (line !== '') return line
  throw new CloudError(
    'no-secret',
    'No password, key or token was given. Type it when asked, pipe it in, or name its file with --secret-file.',
  )
}

async function allOf(stdin: ReadStream): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of stdin) pieces.push(Buffer.from(piece as Uint8Array))
  return Buffer.concat(pieces).toString('utf8')
}
