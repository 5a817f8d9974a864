/** Remembers at most `capacity` values; the one unused for longest is forgotten first. */
export interface BoundedCache<V> {
  /** `make` runs on a miss. */
  take(key: string, make: () => V): V
}

export function createBoundedCache<V>(capacity: number): BoundedCache<V> {
  const values = new Map<string, V>()
  return {
    take(key, make) {
      const known = values.get(key)
      if (known !== undefined) {
        values.delete(key)
        values.set(key, known)
        return known
      }
      const made = make()
      values.set(key, made)
      if (values.size > capacity) {
        const [oldest] = values.keys()
        if (oldest !== undefined) values.delete(oldest)
      }
      return made
    },
  }
}
