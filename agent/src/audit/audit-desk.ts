import { hashId } from '@cloudos/crypto/hash'
import type { AnyCommand } from '@cloudos/protocol/command'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Decision } from '@cloudos/protocol/decide'
import { holdsSecret } from '@cloudos/protocol/form'
import type { Caller } from '@cloudos/protocol/grants'
import type { TokenId } from '@cloudos/protocol/ids'
import type { Clock } from '@cloudos/protocol/ports'
import { callerKey } from '../commands/caller-key.ts'
import type { AuditLog, AuditNote } from './audit-log.ts'

export interface Decided {
  readonly caller: Caller
  readonly command: Pick<AnyCommand, 'name' | 'effect' | 'grant' | 'input'> | undefined
  readonly params: Uint8Array
  readonly decision: Decision
  /** Instead of the decision's own word, when something after it refused. */
  readonly reason?: string
  readonly traceId?: string
  readonly tokenId?: TokenId
}

/** A page asks for the status every few seconds, for days. */
const ALIKE_READS_MS = 10 * 60_000
const ALIKE_DENIALS_MS = 60_000
const KINDS_MAX = 4096

interface Alike {
  sinceMs: number
  more: number
}

/**
 * Turns decisions into notes of the chain. Reads that are alike (same caller, same command) within ten minutes, and denials within one, are
 * one entry: the first is written at once, the next one after that time tells how many it stands for besides itself.
 */
export class AuditDesk {
  readonly #log: Pick<AuditLog, 'write'>
  readonly #clock: Clock
  /** By caller, then by command and why. */
  readonly #alike = new Map<string, Map<string, Alike>>()
  #kinds = 0

  constructor(log: Pick<AuditLog, 'write'>, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  /** For what has an effect: resolves when it is on the disk, and must be waited for before the effect. */
  async effect(decided: Decided): Promise<void> {
    await this.#log.write(noteFrom(decided, 0))
  }

  /** For reads and denials: on its way to the disk when this returns. It cannot fail; a full disk shows elsewhere. */
  inPassing(decided: Decided): void {
    const alike = this.#countAlike(decided)
    if (alike === undefined) return
    void this.#log.write(noteFrom(decided, alike)).catch((cause: unknown) => {
      if (!(cause instanceof CloudError)) throw cause
    })
  }

  /** How many were left out before this one; `undefined` when this one is left out too. */
  #countAlike({ caller, command, decision, reason, tokenId }: Decided): number | undefined {
    const name = tokenId === undefined ? (command?.name ?? '') : `${tokenId} ${command?.name ?? ''}`
    const key = decision.allow ? name : `${name} ${reason ?? decision.why}`
    const nowMs = this.#clock.monotonicMs()
    const alikeByKey = this.#alikeOf(caller)
    const alike = alikeByKey.get(key)
    if (alike !== undefined && nowMs - alike.sinceMs < (decision.allow ? ALIKE_READS_MS : ALIKE_DENIALS_MS)) {
      alike.more += 1
      return undefined
    }
    if (alike === undefined) this.#kinds += 1
    alikeByKey.set(key, { sinceMs: nowMs, more: 0 })
    return alike?.more ?? 0
  }

  #alikeOf(caller: Caller): Map<string, Alike> {
    if (this.#kinds >= KINDS_MAX) {
      this.#alike.clear()
      this.#kinds = 0
    }
    const who = callerKey(caller)
    let alikeByKey: Map<string, Alike> | undefined = this.#alike.get(who)
    if (alikeByKey === undefined) this.#alike.set(who, (alikeByKey = new Map<string, Alike>()))
    return alikeByKey
  }
}

function noteFrom({ caller, command, params, decision, reason, traceId, tokenId }: Decided, alike: number): AuditNote {
  return {
    actor: caller.kind,
    ...(caller.kind !== 'owner' && { deviceId: caller.deviceId }),
    channel: caller.kind === 'owner' ? 'socket' : 'mesh',
    action: command?.name ?? 'unknown',
    // A hash is enough to try passwords against.
    ...(params.length > 1 && !(command && holdsSecret(command.input.form)) && { target: hashId(params) }),
    decision: decision.allow && reason === undefined ? 'allowed' : 'denied',
    reason: reason ?? (decision.allow ? 'ok' : decision.why),
    ...(decision.allow && decision.approvalId !== undefined && { approvalId: decision.approvalId }),
    ...(traceId !== undefined && { traceId }),
    ...(alike > 0 && { alike }),
    ...(tokenId !== undefined && { tokenId }),
  }
}
