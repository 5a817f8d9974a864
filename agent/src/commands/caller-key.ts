import type { Caller } from '@cloudos/protocol/grants'

/** Names a caller in tables: two connections of one device are one caller. */
export function callerKey(caller: Caller): string {
  return caller.kind === 'owner' ? 'owner' : caller.deviceId
}
