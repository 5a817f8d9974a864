import { ADDED_KINDS } from '@cloudos/protocol/storage-commands'
import { asFlag, placed, textPart } from './parts.ts'
import type { Handwritten } from './parts.ts'

/** What is kept: copies of the profile, and what was decided. */
export const KEPT_VERBS: readonly Handwritten[] = [
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
    words: ['audit', 'export'],
    says: 'Write all that this agent decided into a file, as it can be verified offline.',
    examples: ['cloudos audit export audit.jsonl'],
    parts: [textPart('out', 'The file to write', placed)],
    needs: ['audit.export'],
    load: async () => (await import('../verbs/audit.ts')).runAuditExport,
  },
]
