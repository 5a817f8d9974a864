import { ADDED_KINDS } from '@cloudos/protocol/storage-commands'
import { asFlag, flag, placed, textPart } from './parts.ts'
import type { Handwritten } from './parts.ts'
import type { Part } from '../verb.ts'

/** Not in a list of processes or a shell's history: what opens the profile is asked for, piped in, or lies in a file. */
const OPENED_WITH: readonly Part[] = [
  {
    name: 'way',
    says: 'What you open it with; keychain: the one of this machine',
    form: { kind: 'one-of', codes: { words: 1, passphrase: 2, keychain: 3 } },
    ...asFlag,
  },
  textPart(
    'way-file',
    'The file with the recovery words, the passphrase or a keychain’s key; without it you are asked',
    asFlag,
  ),
]

/** What is kept: copies of the profile, and what was decided. */
export const KEPT_VERBS: readonly Handwritten[] = [
  {
    words: ['recover'],
    says: 'Bring a profile back to this machine from a copy, or try whether one would.',
    examples: [
      'cloudos recover --kind folder --where /media/stick/cloudos',
      'cloudos recover --kind webdav --where https://cloud.example.org/dav/cloudos --account robin',
      'cloudos recover --drill',
      'cloudos recover --drill /media/stick/cloudos --way passphrase',
      'cloudos recover --drill --way keychain',
      'cloudos recover --drill https://cloud.example.org/dav/cloudos --secret-file password.txt',
      'cloudos recover --drill --stored',
    ],
    parts: [
      textPart(
        'medium',
        'For a drill: which copy of this device, by its id or place; otherwise all',
        { isRequired: false, isPlaced: true },
        1024,
      ),
      flag(
        'drill',
        'Opens the copies of this device as if everything were lost, changes nothing, and notes how it went',
      ),
      flag(
        'stored',
        'For a drill: signs in with what this device keeps, which shows less; otherwise you are asked anew',
      ),
      {
        name: 'kind',
        says: 'What the place is that the copy lies in',
        form: { kind: 'one-of', codes: ADDED_KINDS },
        ...asFlag,
      },
      textPart('where', 'The whole path of the folder, or the address of the place', asFlag, 1024),
      textPart('account', 'As whom to sign in there: a user name, or the id of an access key', asFlag, 320),
      textPart('secret-file', 'The file with its password, secret key or token; without it you are asked', asFlag),
      ...OPENED_WITH,
    ],
    needs: ['status', 'recover.read', 'recover.enter', 'storage.list', 'drill.read', 'drill.run'],
    load: async () => (await import('../verbs/recover.ts')).runRecover,
  },
  {
    words: ['ways', 'add'],
    says: 'Let this machine open the profile by a key that its own keychain keeps.',
    examples: ['cloudos ways add keychain', 'cloudos ways add keychain --keep file --way-file words.txt'],
    parts: [
      { name: 'kind', says: 'What it is', form: { kind: 'one-of', codes: { keychain: 1 } }, ...placed },
      {
        name: 'keep',
        says: 'Where: the system’s keychain, or a file for your user alone, which is weaker; otherwise the first that works',
        form: { kind: 'one-of', codes: { system: 1, file: 2 } },
        ...asFlag,
      },
      ...OPENED_WITH,
    ],
    needs: ['status', 'device.list', 'ways.read', 'ways.change'],
    load: async () => (await import('../verbs/ways-add.ts')).runWaysAdd,
  },
  {
    words: ['storage', 'list'],
    says: 'List the places where the profile is kept: revision, age, room, what each is lost with, and how they are.',
    examples: ['cloudos storage list', 'cloudos storage list --json'],
    parts: [],
    needs: ['storage.list'],
    load: async () => (await import('../verbs/storage-list.ts')).runStorageList,
  },
  {
    words: ['storage', 'add'],
    says: 'Keep a copy of the profile, sealed, in one more place.',
    examples: [
      'cloudos storage add folder /media/stick/cloudos',
      'cloudos storage add webdav https://cloud.example.org/dav/cloudos --account robin',
      'cloudos storage add s3 https://s3.example.org/bucket/cloudos --account KEYID --secret-file key.txt',
    ],
    parts: [
      { name: 'kind', says: 'What it is', form: { kind: 'one-of', codes: ADDED_KINDS }, ...placed },
      textPart('where', 'The whole path of a folder that exists, or the address of the place', placed, 1024),
      textPart('account', 'As whom to sign in there: a user name, or the id of an access key', asFlag, 320),
      textPart('secret-file', 'The file with its password, secret key or token; without it you are asked', asFlag),
    ],
    needs: ['storage.add'],
    load: async () => (await import('../verbs/storage-add.ts')).runStorageAdd,
  },
  {
    words: ['drive', 'finish'],
    says: 'Wait for the answer on Google’s page, then keep a copy in that Google Drive.',
    examples: ['cloudos drive finish 00112233445566778899aabbccddeeff --secret-file secret.txt'],
    parts: [
      textPart('attempt', 'Which sign-in, as drive begin named it', placed, 32),
      textPart('secret-file', 'The file with the secret of the OAuth client; without it you are asked', asFlag),
      textPart('returned', 'The address that Google’s page led to, where it did not open by itself', asFlag, 4096),
    ],
    needs: ['drive.finish'],
    load: async () => (await import('../verbs/drive-finish.ts')).runDriveFinish,
  },
  {
    words: ['audit', 'verify'],
    says: 'Check an audit file, with nothing but the file: what is missing, changed or forged.',
    examples: ['cloudos audit verify audit.jsonl'],
    parts: [
      textPart('file', 'The file that audit export has written, or the folder that an agent keeps', placed),
      {
        name: 'tip-seq',
        says: 'The newest entry that was there before',
        form: { kind: 'uint', min: 1, max: 2 ** 52 },
        ...asFlag,
      },
      { name: 'tip-hash', says: 'Its hash', form: { kind: 'hex', length: 32 }, ...asFlag },
    ],
    needs: ['audit.export'],
    load: async () => (await import('../verbs/audit.ts')).runAuditVerify,
  },
  {
    words: ['profile', 'export'],
    says: 'Write everything of the profile into a file, readable and without keys.',
    examples: ['cloudos profile export everything.jsonl'],
    parts: [textPart('out', 'The file to write', placed)],
    needs: ['profile.export'],
    load: async () => (await import('../verbs/profile-export.ts')).runProfileExport,
  },
  {
    words: ['profile', 'import'],
    says: 'Bring what is in an export into this profile. Nothing that is here is replaced.',
    examples: ['cloudos profile import everything.jsonl --dry-run', 'cloudos profile import everything.jsonl'],
    parts: [
      textPart('file', 'The file that profile export or Settings has written', placed),
      flag('dry-run', 'Only tell what would come'),
    ],
    needs: ['profile.put', 'profile.import'],
    load: async () => (await import('../verbs/profile-import.ts')).runProfileImport,
  },
  {
    words: ['audit', 'export'],
    says: 'Write all that this agent decided into a file, as it can be verified offline.',
    examples: ['cloudos audit export audit.jsonl'],
    parts: [textPart('out', 'The file to write', placed)],
    needs: ['audit.export'],
    load: async () => (await import('../verbs/audit.ts')).runAuditExport,
  },
]
