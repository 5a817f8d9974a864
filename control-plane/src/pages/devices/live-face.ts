import type { DeviceView } from '../../profile/status.ts'

/** What the pages about a device's machine show. */
export type LiveFace =
  /** There is nothing to ask, or no way to ask now. */
  | { readonly face: 'empty'; readonly title: string; readonly detail: string }
  | { readonly face: 'failed'; readonly message: string }
  | { readonly face: 'loading' }
  /** `isOld`: it is not connected now; this is what was heard last. */
  | { readonly face: 'content'; readonly isOld: boolean }

type Asked = Pick<DeviceView, 'class' | 'presence' | 'name' | 'link'>

export function liveFaceOf(device: Asked, hasContent: boolean, problem: string | undefined): LiveFace {
  const isConnected = device.link !== undefined
  if (isConnected && problem !== undefined) return { face: 'failed', message: problem }
  if (hasContent) return { face: 'content', isOld: !isConnected }
  if (isConnected) return { face: 'loading' }
  return { face: 'empty', ...reasonOf(device) }
}

function reasonOf({ class: kind, presence, name }: Asked): { readonly title: string; readonly detail: string } {
  if (presence === 'revoked')
    return { title: 'This device was removed', detail: 'It is not asked any more, and would not be believed.' }
  if (kind !== 'agent')
    return {
      title:
        kind === 'browser' ? 'A browser does not tell about its machine' : 'A vault does not tell about its machine',
      detail: 'Start CloudOS on the machine itself to see how it is doing.',
    }
  if (presence === 'online')
    return {
      title: 'Not connected to this browser',
      detail: `${name} is in touch with another of your devices. It can be asked when it is connected to this browser: open the page that it serves itself.`,
    }
  return {
    title: 'Not in reach',
    detail: `${name} can be asked when it is connected to this browser. Start CloudOS there, or wait: it connects by itself.`,
  }
}
