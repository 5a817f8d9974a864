/** The outcome of a parse or a decision that may be refused. A refusal is data: a literal, or a union by `kind`. */
export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E }

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

export function err<const E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error }
}
