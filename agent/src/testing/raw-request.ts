import { connect } from 'node:net'

/** Writes `text` to a local port as it is and answers everything that comes back until `done` says so or the connection ends. */
export function rawRequest(
  port: number,
  text: string,
  done: (answer: string) => boolean = isWholeAnswer,
  host = '127.0.0.1',
): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, host)
    let answer = ''
    const end = (): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setEncoding('latin1')
    socket.on('data', (piece: string) => {
      answer += piece
      if (done(answer)) end()
    })
    socket.on('close', end)
    // A refusal of something oversized may be cut short by a reset.
    socket.on('error', end)
    socket.write(text, 'latin1')
  })
}

/** One response with as much body as it announces. */
function isWholeAnswer(answer: string): boolean {
  const head = answer.indexOf('\r\n\r\n')
  if (head < 0) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(answer)?.[1]
  return length === undefined || answer.length >= head + 4 + Number(length) || /\r\n\r\n$/.test(answer)
}
