import type { NewMedium } from '@cloudos/protocol/storage-commands'
import { COPY_KINDS } from './copy-kinds.ts'
import type { CopyKind } from './copy-kinds.ts'

/** A place for a copy as somebody types it: to keep one there, or to come back from one. */
export class PlaceDraft {
  kind = $state.raw<CopyKind>(COPY_KINDS[0])
  where = $state('')
  account = $state('')
  secret = $state('')

  /** With what is known of the place; what it is signed in to with never is. */
  constructor(known?: Pick<NewMedium, 'kind' | 'where' | 'account'>) {
    if (known === undefined) return
    this.choose(known.kind)
    this.where = known.where
    this.account = known.account ?? ''
  }

  choose(kind: string): void {
    this.kind = COPY_KINDS.find((one) => one.kind === kind) ?? this.kind
  }

  /** Only what its kind asks for. */
  place(): NewMedium {
    const { kind, account, secret } = this.kind
    return {
      kind,
      where: this.where.trim(),
      ...(account !== undefined && this.account.trim() !== '' && { account: this.account.trim() }),
      ...(secret !== undefined && this.secret !== '' && { secret: this.secret }),
    }
  }
}
