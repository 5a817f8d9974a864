/**
 * The world is broken (disk full, medium unreachable, port taken): thrown, never returned, caught only at the three borders.
 * `code` is stable and what tests assert; `message` says what happened, what was kept and what to do, and holds no secret.
 */
export class CloudError extends Error {
  readonly code: string

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'CloudError'
    this.code = code
  }
}
