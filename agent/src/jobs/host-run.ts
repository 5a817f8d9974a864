import { utf8 } from '@cloudos/protocol/bytes'
import type { JobUsage } from '@cloudos/protocol/job-receipt'
import { isFileName } from '@cloudos/protocol/job-spec'
import type { JobEnd } from '@cloudos/protocol/job-state'
import type { Clock } from '@cloudos/protocol/ports'
import type { LeftFile, Task, TaskResult, WriteLog } from './executor.ts'
import type { HostMessage, HostProcess } from './host-process.ts'
import { pack, SAID, unpack } from './host/pack.ts'

interface OpenFile {
  readonly name: string
  readonly pieces: Uint8Array[]
}

/** One task in one host, from its start to the end of the process. All bounds are held here again: the host may not be what it was. */
export class HostRun {
  readonly #host: HostProcess
  readonly #task: Task
  readonly #write: WriteLog
  readonly #files: OpenFile[] = []
  #end: JobEnd | undefined
  #writtenBytes = 0
  #cpuMs = 0
  #peakMiB = 0

  constructor(host: HostProcess, task: Task, write: WriteLog) {
    this.#host = host
    this.#task = task
    this.#write = write
  }

  async run(clock: Clock, signal: AbortSignal): Promise<TaskResult> {
    const stopped = new AbortController()
    const cancel = (): void => {
      this.#finish({ reason: 'cancelled' })
    }
    signal.addEventListener('abort', cancel, { once: true })
    if (signal.aborted) cancel()
    void clock.sleep(this.#task.limits.wallMs, stopped.signal).then(() => {
      if (!stopped.signal.aborted) this.#finish({ reason: 'limit:wall' })
    })
    this.#host.listen((message) => {
      this.#hear(message)
    })
    this.#host.tell(encodeTask(this.#task))
    await this.#host.closed
    stopped.abort()
    signal.removeEventListener('abort', cancel)
    return { end: this.#end ?? endWithoutWord(this.#host.complaint), usage: this.#usage(), files: this.#left() }
  }

  /** The first end counts; after it nothing of the process is wanted. */
  #finish(end: JobEnd): void {
    this.#end ??= end
    this.#host.kill()
  }

  #hear({ kind, body }: HostMessage): void {
    if (kind === SAID.usage) this.#hearUsage(body)
    if (this.#end !== undefined) return
    switch (kind) {
      case SAID.out:
      case SAID.err:
        if (this.#count(body.length)) this.#write(kind === SAID.out ? 'out' : 'err', body)
        return
      case SAID.file:
        this.#open(new TextDecoder().decode(body))
        return
      case SAID.fileBytes:
        if (this.#count(body.length - 1)) this.#files[body[0] ?? 0]?.pieces.push(body.subarray(1))
        return
      case SAID.end:
        // It ends by itself, and says first what it has used.
        this.#end = { reason: 'ok', exitCode: new DataView(body.buffer, body.byteOffset).getInt32(0) }
        return
      case SAID.trap:
        this.#end = endFromTrap(body)
        return
    }
  }

  #count(bytes: number): boolean {
    this.#writtenBytes += bytes
    if (this.#writtenBytes <= this.#task.limits.outputBytes) return true
    this.#finish({ reason: 'limit:output' })
    return false
  }

  #open(name: string): void {
    const isTaken = this.#files.some((file) => file.name.toLowerCase() === name.toLowerCase())
    if (this.#files.length >= this.#task.limits.files) this.#finish({ reason: 'limit:files' })
    else if (!isFileName(name) || utf8(name).length > 255)
      this.#finish({ reason: 'crash', says: 'It named an output that is not a plain file name.' })
    else if (isTaken) this.#finish({ reason: 'crash', says: `It opened the output ${name} twice.` })
    else this.#files.push({ name, pieces: [] })
  }

  #hearUsage(body: Uint8Array): void {
    if (body.length !== 8) return
    const view = new DataView(body.buffer, body.byteOffset)
    this.#cpuMs = Math.max(this.#cpuMs, view.getUint32(0))
    this.#peakMiB = Math.max(this.#peakMiB, view.getUint32(4))
    if (this.#end === undefined && this.#cpuMs > this.#task.limits.cpuMs) this.#finish({ reason: 'limit:cpu' })
  }

  #usage(): JobUsage {
    return { fuel: 0, cpuMs: this.#cpuMs, peakMiB: this.#peakMiB, outputBytes: this.#writtenBytes }
  }

  #left(): readonly LeftFile[] {
    return this.#files.map(({ name, pieces }) => ({ name, bytes: new Uint8Array(Buffer.concat(pieces)) }))
  }
}

function encodeTask({ seed, limits, module, args, inputs }: Task): Uint8Array {
  const bounds = new DataView(new ArrayBuffer(8))
  bounds.setUint32(0, limits.outputBytes)
  bounds.setUint32(4, limits.files)
  return pack([
    seed,
    new Uint8Array(bounds.buffer),
    module,
    pack(args.map((arg) => utf8(arg))),
    ...inputs.map(({ name, bytes }) => pack([utf8(name), bytes])),
  ])
}

/** By what the host tells of a program that could not go on. */
function endFromTrap(body: Uint8Array): JobEnd {
  const [trap = '', says = ''] = unpack(body).map((part) => new TextDecoder().decode(part))
  switch (trap) {
    case 'output':
      return { reason: 'limit:output' }
    case 'files':
      return { reason: 'limit:files' }
    case 'memory':
      return { reason: 'limit:memory' }
    case 'stack':
      return { reason: 'crash', says: 'It called itself too deeply.' }
    case 'invalid':
      return { reason: 'crash', says: `The module is not valid WebAssembly: ${says.slice(0, 300)}` }
    case 'pointer':
      return { reason: 'crash', says: 'It gave a pointer outside its memory.' }
    default:
      return { reason: 'crash', says: `It broke: ${says.slice(0, 300)}` }
  }
}

/** The process went without a word: its engine ran out of memory, the system ended it, or it was broken. */
function endWithoutWord(complaint: string): JobEnd {
  if (/out of memory|allocation failed/i.test(complaint)) return { reason: 'limit:memory' }
  return { reason: 'crash', says: 'The process that ran it ended without a word.' }
}
