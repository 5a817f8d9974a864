import { hexFromBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { normaliseDrive, parseDriveAddress } from '@cloudos/protocol/drive-address'
import type { DriveAddress } from '@cloudos/protocol/drive-address'
import type { DriveAdded, DriveAnswer, DriveAttempt } from '@cloudos/protocol/drive-commands'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import type { NewMedium } from '@cloudos/protocol/storage-commands'
import { secretFrom } from './drive-grant.ts'
import type { DriveGrant } from './drive-grant.ts'
import type { SignedInDrive } from './drive-kind.ts'
import type { Credential } from './kinds.ts'
import { openLoopbackReturn } from './loopback-return.ts'
import type { LoopbackReturn } from './loopback-return.ts'

/** One question to a person. `verifier` proves that whoever brings the answer is who asked. */
export interface DriveQuestion {
  readonly clientId: string
  readonly redirectUri: string
  readonly state: string
  readonly verifier: string
}

export interface DriveCode {
  readonly code: string
  readonly client: { readonly clientId: string; readonly clientSecret: string }
  readonly question: DriveQuestion
}

/** Google's side of a sign-in; main.ts names it. Addresses that are left out are Google's own. */
export interface GoogleSignIn {
  address(question: DriveQuestion, signInUrl: string | undefined): Promise<string>
  exchange(
    asked: DriveCode,
    tokenUrl: string | undefined,
  ): Promise<{ readonly grant: DriveGrant; readonly endsAtMs?: number }>
  /** The address of the account that has signed in. */
  account(place: SignedInDrive): Promise<string>
  /** What a browser would be shown first. */
  look(url: string): Promise<{ readonly status: number; readonly headers: Headers }>
}

export interface DriveSignInParts {
  readonly google: GoogleSignIn
  readonly add: (wanted: NewMedium) => Promise<string>
  /** Whether this device is in a profile, of which a copy could lie there. */
  readonly isInProfile: () => boolean
  readonly clock: Clock
  readonly rng: Rng
}

interface Attempt {
  readonly id: string
  readonly where: string
  readonly address: DriveAddress
  readonly question: DriveQuestion
  readonly code: PromiseWithResolvers<string>
  readonly loopback: LoopbackReturn
  readonly ending: AbortController
  adding?: Promise<DriveAdded>
}

interface ForDrill {
  readonly credential: Credential
  readonly untilMs: number
}

const WAIT_MS = 10 * 60_000

/** The one sign-in to a Google Drive that this device waits for; another one ends it. */
export class DriveSignIn implements AsyncDisposable {
  readonly #parts: DriveSignInParts
  #attempt: Attempt | undefined
  /** In memory alone, until the profile is back. */
  readonly #signedIn = new Map<string, Credential>()
  /** In memory alone, for a while: what a drill signs in with instead of what is kept. */
  readonly #forDrill = new Map<string, ForDrill>()

  constructor(parts: DriveSignInParts) {
    this.#parts = parts
  }

  /** Rejects `bad-address`, or `bad-client` when Google refuses to ask for it. */
  async begin(where: string): Promise<DriveAttempt> {
    const { google, rng, clock } = this.#parts
    const place = normaliseDrive(where)
    const address = parseDriveAddress(place)
    await this.#end(new CloudError('superseded', 'Another sign-in was begun.'))
    const code = Promise.withResolvers<string>()
    // Nobody may be waiting yet.
    code.promise.catch(() => undefined)
    const state = hexFromBytes(rng.bytes(16))
    const loopback = await openLoopbackReturn((returned) => take(code, state, returned))
    const question = {
      clientId: address.clientId,
      redirectUri: loopback.redirectUri,
      state,
      verifier: hexFromBytes(rng.bytes(32)),
    }
    const ending = new AbortController()
    const attempt: Attempt = {
      id: hexFromBytes(rng.bytes(16)),
      where: place,
      address,
      question,
      code,
      loopback,
      ending,
    }
    this.#attempt = attempt
    try {
      const url = await google.address(question, address.service?.signInUrl)
      requireAsking(await google.look(url))
      void clock.sleep(WAIT_MS, ending.signal).then(() => this.#endOf(attempt, tooLate()))
      return { attempt: attempt.id, url }
    } catch (cause) {
      await this.#endOf(attempt, new CloudError('superseded', 'This sign-in has failed.'))
      throw cause
    }
  }

  /** Resolves once a copy lies there. Asked again it waits for the same. `visitor`: nothing is added, as on a device in no profile. */
  async finish(
    { attempt: id, clientSecret, returned, drill = false }: DriveAnswer,
    whose: 'owner' | 'visitor' = 'owner',
  ): Promise<DriveAdded> {
    const attempt = this.#attempt
    if (attempt?.id !== id)
      throw new CloudError('no-such-attempt', 'This sign-in is not waited for any more. Begin it again.')
    if (returned !== undefined) {
      const address = URL.parse(returned)
      if (address === null || !take(attempt.code, attempt.question.state, address))
        throw new CloudError('bad-address', 'That is not the address that Google’s page led to. Copy all of it from the address bar.') // prettier-ignore
    }
    const purpose = whose === 'visitor' ? 'visit' : drill ? 'drill' : 'add'
    attempt.adding ??= this.#add(attempt, clientSecret.trim(), purpose)
    return attempt.adding
  }

  /** How a copy there is read before the profile is back. */
  find(where: string): Credential | undefined {
    return this.#signedIn.get(where)
  }

  /** What somebody has signed in with for a drill of the copy there, lately. */
  findForDrill(where: string): Credential | undefined {
    const signedIn = this.#forDrill.get(where)
    if (signedIn === undefined || this.#parts.clock.monotonicMs() < signedIn.untilMs) return signedIn?.credential
    this.#forDrill.delete(where)
    return undefined
  }

  async #add(attempt: Attempt, clientSecret: string, purpose: 'add' | 'drill' | 'visit'): Promise<DriveAdded> {
    const { google, add, isInProfile, clock } = this.#parts
    const { where, address, question } = attempt
    try {
      const code = await attempt.code.promise
      const client = { clientId: address.clientId, clientSecret }
      const { grant, endsAtMs } = await google.exchange({ code, client, question }, address.service?.tokenUrl)
      const account = await google.account({ grant, service: address.service })
      const end = endsAtMs === undefined ? {} : { endsAtMs }
      const credential = { account, secret: secretFrom(grant) }
      if (purpose === 'drill') {
        this.#forDrill.set(where, { credential, untilMs: clock.monotonicMs() + WAIT_MS })
        return { account, ...end }
      }
      if (purpose === 'add' && isInProfile())
        return { mediumId: await add({ kind: 'drive', where, ...credential }), account, ...end }
      this.#signedIn.set(where, credential)
      return { account, ...end }
    } finally {
      await this.#endOf(attempt, tooLate())
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end(new CloudError('superseded', 'This device stops.'))
  }

  async #end(why: CloudError): Promise<void> {
    if (this.#attempt !== undefined) await this.#endOf(this.#attempt, why)
  }

  async #endOf(attempt: Attempt, why: CloudError): Promise<void> {
    if (this.#attempt === attempt) this.#attempt = undefined
    if (attempt.ending.signal.aborted) return
    attempt.ending.abort()
    attempt.code.reject(why)
    await attempt.loopback[Symbol.asyncDispose]()
  }
}

/** Whether the address is the answer to the question with this `state`. */
function take(code: PromiseWithResolvers<string>, state: string, { searchParams }: URL): boolean {
  if (searchParams.get('state') !== state) return false
  const given = searchParams.get('code')
  if (given !== null) code.resolve(given)
  else code.reject(new CloudError('refused', 'Google’s page was left without consent. Nothing was added.'))
  return true
}

/** Google shows an error of its own where the client is none, or of another kind than that for desktops. */
function requireAsking({ status, headers }: { readonly status: number; readonly headers: Headers }): void {
  const shown = URL.parse(headers.get('location') ?? '')?.pathname ?? ''
  if (status !== 400 && status !== 401 && !/\/oauth\/error/.test(shown)) return
  throw new CloudError('bad-client', 'Google does not ask for this client. Look whether its id is whole, whether it was deleted, and whether its kind is "Desktop app".') // prettier-ignore
}

function tooLate(): CloudError {
  return new CloudError('too-late', 'Nobody answered on Google’s page within ten minutes. Begin again.')
}
