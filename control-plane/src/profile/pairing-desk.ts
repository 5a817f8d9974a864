import { CloudError } from '@cloudos/protocol/cloud-error'
import type { WaitingDevice } from '@cloudos/protocol/commands'
import type { Clock } from '@cloudos/protocol/ports'
import type { AgentCommands } from './agent-commands.ts'
import type { PairingView } from './status.ts'

export interface PairingDeskParts {
  /** The agent that meets newcomers; `undefined` while none is connected. */
  readonly agent: () => AgentCommands | undefined
  /** Rejects (`CloudError`) while who is in must not be changed. */
  readonly mayChange: () => Promise<void>
  /** Signs a device in with the root key; resolves with the new entries of the authority log. */
  readonly signIn: (certificate: Uint8Array, challenge: Uint8Array) => Promise<readonly Uint8Array[]>
  readonly clock: Clock
  readonly onChanged: () => void
}

/** Adding one device at a time: the link, who has come with it, the words, the owner's answer. */
export class PairingDesk implements Disposable {
  readonly #parts: PairingDeskParts
  #view: PairingView = { phase: 'idle' }
  #waiting: WaitingDevice | undefined
  #round = new AbortController()

  constructor(parts: PairingDeskParts) {
    this.#parts = parts
  }

  get view(): PairingView {
    return this.#view
  }

  /** A new link; whatever was under way before is given up. */
  async invite(): Promise<void> {
    const { signal } = this.#nextRound()
    this.#show({ phase: 'inviting' })
    const agent = await this.#findAgent(signal)
    if (signal.aborted) return
    if (agent === undefined) {
      this.#show({ phase: 'failed', code: 'no-agent', message: NO_AGENT })
      return
    }
    await this.#orFail(signal, async () => {
      await this.#parts.mayChange()
      const { link, expiresAtMs } = await agent.invite()
      if (signal.aborted) return
      this.#show({ phase: 'waiting', link, expiresAtMs })
      void this.#expire(expiresAtMs, signal)
      await agent.watchPairing((device) => {
        if (!signal.aborted && this.#view.phase === 'waiting') this.#compare(device)
      }, signal)
    })
  }

  /** The owner has compared the words and they are the same. */
  async confirm(requestId: string): Promise<void> {
    const [device, agent] = [this.#waiting, this.#parts.agent()]
    if (this.#view.phase !== 'comparing' || device?.requestId !== requestId || agent === undefined) return
    const { signal } = this.#round
    this.#show({ phase: 'admitting', name: device.name })
    await this.#orFail(signal, async () => {
      await agent.admit(requestId, await this.#parts.signIn(device.certificate, device.challenge))
      this.#nextRound()
      this.#show({ phase: 'paired', name: device.name })
    })
  }

  /** The owner says that the words differ, or that the device is none of theirs. */
  async refuse(requestId: string, reason: 'words-differ' | 'not-mine'): Promise<void> {
    const [device, agent] = [this.#waiting, this.#parts.agent()]
    if (this.#view.phase !== 'comparing' || device?.requestId !== requestId) return
    const { signal } = this.#nextRound()
    this.#show(reason === 'words-differ' ? { phase: 'differ' } : { phase: 'idle' })
    await this.#orFail(signal, async () => {
      await agent?.refuse(requestId, reason)
    })
  }

  /** The page is left: the link is used no more from here, and its secret is forgotten. */
  stop(): void {
    this.#nextRound()
    this.#show({ phase: 'idle' })
  }

  [Symbol.dispose](): void {
    this.#round.abort()
  }

  /** A page that has just opened, or whose agent has just come back, is still reaching it: that takes a moment. */
  async #findAgent(signal: AbortSignal): Promise<AgentCommands | undefined> {
    for (let waitedMs = 0; waitedMs < REACHING_MS && !signal.aborted; waitedMs += LOOK_AGAIN_MS) {
      const agent = this.#parts.agent()
      if (agent !== undefined) return agent
      await this.#parts.clock.sleep(LOOK_AGAIN_MS, signal)
    }
    return this.#parts.agent()
  }

  #compare(device: WaitingDevice): void {
    this.#waiting = device
    const { requestId, name, class: kind, words } = device
    this.#show({ phase: 'comparing', requestId, name, class: kind, words })
  }

  async #expire(expiresAtMs: number, signal: AbortSignal): Promise<void> {
    await this.#parts.clock.sleep(Math.max(0, expiresAtMs - this.#parts.clock.nowMs()), signal)
    if (signal.aborted || this.#view.phase !== 'waiting') return
    this.#nextRound()
    this.#show({ phase: 'expired' })
  }

  #nextRound(): AbortController {
    this.#round.abort()
    this.#round = new AbortController()
    this.#waiting = undefined
    return this.#round
  }

  #show(view: PairingView): void {
    this.#view = view
    this.#parts.onChanged()
  }

  async #orFail(signal: AbortSignal, act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      if (signal.aborted) return
      this.#nextRound()
      this.#show({ phase: 'failed', code: cause.code, message: cause.message })
    }
  }
}

const REACHING_MS = 10_000
const LOOK_AGAIN_MS = 100

const NO_AGENT =
  'Another device is let in by an agent of yours, and none is connected to this page. Start CloudOS on this computer.'
