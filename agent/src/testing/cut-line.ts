import { CloudError } from '@cloudos/protocol/cloud-error'

const REQUESTS: ReadonlySet<string> = new Set([
  'readHead',
  'casHead',
  'readBlob',
  'writeBlob',
  'putBlob',
  'getBlob',
  'flush',
  'list',
  'delete',
])

/** A medium, or a store on one, whose line is cut for good after so many requests. */
export function cutAfter<Place extends object>(place: Place, requests: number): Place {
  let left = requests
  return new Proxy(place, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function' || typeof name !== 'string') return member
      return (...given: readonly unknown[]): unknown => {
        if (!REQUESTS.has(name) || left-- > 0) return Reflect.apply(member, target, given)
        throw new CloudError('medium-unreachable', 'The line was cut.')
      }
    },
  })
}
