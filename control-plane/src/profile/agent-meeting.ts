import { CloudError } from '@cloudos/protocol/cloud-error'
import { parseInvitation } from '@cloudos/protocol/invitation'
import type { Invitation } from '@cloudos/protocol/invitation'
import type { MeetingView } from './status.ts'

/** Going through the link that the agent next to this page put into its address bar. */
export class AgentMeeting {
  readonly #meet: (invitation: Invitation) => Promise<void>
  readonly #onChanged: () => void
  #view: MeetingView = { phase: 'none' }

  constructor(meet: (invitation: Invitation) => Promise<void>, onChanged: () => void) {
    this.#meet = meet
    this.#onChanged = onChanged
  }

  get view(): MeetingView {
    return this.#view
  }

  async follow(link: string): Promise<void> {
    if (this.#view.phase === 'meeting') return
    const invitation = parseInvitation(link)
    if (!invitation.ok) {
      this.#show({ phase: 'failed', code: 'not-a-link', message: NOT_A_LINK })
      return
    }
    this.#show({ phase: 'meeting' })
    try {
      await this.#meet(invitation.value)
      this.#show({ phase: 'met' })
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      this.#show({ phase: 'failed', code: cause.code, message: cause.message })
    }
  }

  #show(view: MeetingView): void {
    this.#view = view
    this.#onChanged()
  }
}

const NOT_A_LINK =
  'The link that opened this page is incomplete or of another version. Start CloudOS again for a new one.'
