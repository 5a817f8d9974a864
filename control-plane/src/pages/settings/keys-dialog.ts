import type { WayView } from '../../profile/ways.ts'

/** What the owner is doing to the ways in. */
export type KeysDialog =
  | { readonly doing: 'add-passphrase' }
  | { readonly doing: 'add-passkey' }
  | { readonly doing: 'add-wallet' }
  | { readonly doing: 'sign-in-again' }
  | { readonly doing: 'test'; readonly way: WayView }
  | { readonly doing: 'remove'; readonly way: WayView }
