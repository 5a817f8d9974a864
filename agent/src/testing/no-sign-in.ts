import type { SignInForVisitor } from '@cloudos/mesh/pairing/pair'
import { CloudError } from '@cloudos/protocol/cloud-error'

const nowhere = () => Promise.reject(new CloudError('no-such-kind', 'This device signs in nowhere.'))

/** Of a device whose visitors come for copies that need none. */
export const noSignIn: SignInForVisitor = { begin: nowhere, finish: nowhere }
