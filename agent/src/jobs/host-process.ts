import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { Assembler } from '@cloudos/mesh/message-channel'
import { SAID_MAX_BYTES } from './host/pack.ts'

/** How the process is begun. */
export interface HostCommand {
  readonly program: string
  readonly args: readonly string[]
  /** An empty folder. */
  readonly folder: string
  /** Whom it begins as, when not as the agent. */
  readonly userId?: number | undefined
}

export interface HostMessage {
  readonly kind: number
  readonly body: Uint8Array
}

/** Longer than any message of an honest host. */
const MESSAGE_MAX_BYTES = SAID_MAX_BYTES + 1024
const COMPLAINT_MAX_BYTES = 4 * 1024

/**
 * A job-host seen from the agent: messages from a process that may have been taken over by what it runs. It has a process group of its
 * own and is ended by the kernel, never asked.
 */
export class HostProcess {
  readonly #child: ChildProcess
  readonly #closed: Promise<void>
  readonly #early: HostMessage[] = []
  #onMessage: ((message: HostMessage) => void) | undefined
  #complaint = ''

  constructor({ program, args, folder, userId }: HostCommand) {
    this.#child = spawn(program, args, {
      cwd: folder,
      env: {},
      detached: process.platform !== 'win32', // a group of its own, to be ended as one
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      windowsHide: true,
      ...(userId === undefined ? {} : { uid: userId, gid: userId }),
    })
    this.#closed = new Promise((resolve) => {
      // 'close' comes when all that it has written has been read; after a failed start it does not come.
      this.#child.once('close', () => {
        resolve()
      })
      this.#child.once('error', () => {
        resolve()
      })
    })
    for (const fd of [1, 3]) this.#read(this.#child.stdio[fd] as Readable)
    this.#child.stderr?.on('data', (piece: Buffer) => {
      if (this.#complaint.length < COMPLAINT_MAX_BYTES) this.#complaint += piece.toString('latin1')
    })
    // It may end while it is being written to; that it ended is what counts.
    this.#stdin.on('error', () => undefined)
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** What the engine wrote before it died. */
  get complaint(): string {
    return this.#complaint.slice(0, COMPLAINT_MAX_BYTES)
  }

  /** Resolves when the process is gone and everything it said has been heard. */
  get closed(): Promise<void> {
    return this.#closed
  }

  listen(onMessage: (message: HostMessage) => void): void {
    this.#onMessage = onMessage
    for (const message of this.#early.splice(0)) onMessage(message)
  }

  /** The one thing it is ever told. */
  tell(packed: Uint8Array): void {
    const length = new DataView(new ArrayBuffer(4))
    length.setUint32(0, packed.length)
    this.#stdin.write(new Uint8Array(length.buffer))
    this.#stdin.write(packed)
  }

  get hasEnded(): boolean {
    const { pid, exitCode, signalCode } = this.#child
    return pid === undefined || exitCode !== null || signalCode !== null
  }

  kill(): void {
    const { pid } = this.#child
    if (pid === undefined || this.hasEnded) return
    if (process.platform === 'win32') this.#child.kill('SIGKILL')
    else killGroup(pid)
  }

  get #stdin(): Writable {
    const { stdin } = this.#child
    if (stdin === null) throw new Error('spawned without a standard input')
    return stdin
  }

  #read(stream: Readable): void {
    const messages = new Assembler(MESSAGE_MAX_BYTES)
    const deliver = (message: Uint8Array): void => {
      const [kind = 0] = message
      const heard = { kind, body: message.slice(1) }
      if (this.#onMessage === undefined) this.#early.push(heard)
      else this.#onMessage(heard)
    }
    stream.on('data', (chunk: Buffer) => {
      if (!messages.take(chunk, deliver)) this.kill()
    })
    stream.on('error', () => undefined)
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (cause) {
    // Gone between the look and the blow.
    if (!(cause instanceof Error) || !('code' in cause) || cause.code !== 'ESRCH') throw cause
  }
}
