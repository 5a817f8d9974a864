import type { AddedKind, MediumKind } from '@cloudos/protocol/storage-commands'

/** What somebody is asked for to keep a copy in a place of one kind. */
export interface CopyKind {
  readonly kind: AddedKind
  readonly label: string
  readonly where: { readonly label: string; readonly hint: string }
  readonly account?: string
  /** `isReadOff`: it works once, and is read off another screen letter by letter. */
  readonly secret?: { readonly label: string; readonly hint: string; readonly isReadOff?: true }
  /** No copy is added there: it is a way back alone. */
  readonly isWayBackAlone?: true
}

export const COPY_KINDS: readonly [CopyKind, ...CopyKind[]] = [
  {
    kind: 'folder',
    label: 'Disk or stick',
    where: { label: 'Folder', hint: 'The whole path of a folder on that device: a disk, a stick.' },
  },
  {
    kind: 'webdav',
    label: 'WebDAV',
    where: {
      label: 'Address',
      hint: 'A place of its own on the server, such as https://cloud.example.org/dav/cloudos. What is above it exists already.',
    },
    account: 'User name',
    secret: { label: 'Password', hint: 'An app password, where the server has them. It stays sealed on that device.' },
  },
  {
    kind: 's3',
    label: 'S3',
    where: {
      label: 'Address',
      hint: 'Of a bucket that exists: https://endpoint/bucket/cloudos, with ?region= at its end where the endpoint does not name it.',
    },
    account: 'Access key id',
    secret: { label: 'Secret access key', hint: 'It stays sealed on that device.' },
  },
  {
    kind: 'github',
    label: 'GitHub',
    where: { label: 'Repository', hint: 'owner/name of a private repository that holds nothing else.' },
    secret: {
      label: 'Token',
      hint: 'Fine-grained, with "Contents: read and write" for that repository alone. It stays sealed on that device.',
    },
  },
  {
    kind: 'peer',
    label: 'Another device',
    where: {
      label: 'Address',
      hint: 'Where that device shows its code it shows its address too: /ip4/192.168.1.7/tcp/12345/p2p/12D3…',
    },
    secret: {
      label: 'Code',
      hint: 'On the page of that device: “Code for a new device”. In its terminal: cloudos device code. It works once, for ten minutes.',
      isReadOff: true,
    },
    isWayBackAlone: true,
  },
]

/** Signed in to on a page of Google's, and not with what somebody types. */
export const DRIVE = { value: 'drive', label: 'Google Drive' } as const

export function labelOf(kind: AddedKind): string {
  if (kind === DRIVE.value) return DRIVE.label
  return COPY_KINDS.find((one) => one.kind === kind)?.label ?? kind
}

/** What a person types to sign in to a place that is kept already. */
export function credentialsOf(kind: MediumKind): { readonly account?: string; readonly secret: string } {
  if (kind === DRIVE.value) return { secret: 'Secret of the OAuth client' }
  const known = COPY_KINDS.find((one) => one.kind === kind)
  return { ...(known?.account !== undefined && { account: known.account }), secret: known?.secret?.label ?? 'Secret' }
}
