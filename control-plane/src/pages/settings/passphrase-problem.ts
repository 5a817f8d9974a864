/** Argon2id makes a guess dear; a short passphrase is guessed all the same. */
const MIN_CHARACTERS = 12

export interface PassphraseProblem {
  readonly field: 'first' | 'again'
  readonly message: string
}

/** Why this passphrase will not do, or `undefined` when it will. */
export function passphraseProblem(passphrase: string, again: string): PassphraseProblem | undefined {
  const { length } = passphrase
  if (length < MIN_CHARACTERS)
    return { field: 'first', message: `At least ${String(MIN_CHARACTERS)} characters; this has ${String(length)}.` }
  if (new Set(passphrase).size < 5) return { field: 'first', message: 'Too few different characters.' }
  return passphrase === again ? undefined : { field: 'again', message: 'This differs from the first.' }
}
