/** A name for what is not yet published; the known sync programs leave such files alone. */
export function unpublishedName(): string {
  return `tmp/~${crypto.randomUUID()}.tmp`
}
