import { docIdFrom } from '@cloudos/crypto/derive'
import type { SealedDoc } from '@cloudos/mesh/sealed-doc'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { editDocumentCommand, readDocumentCommand } from '@cloudos/protocol/commands'
import type { MeshHost } from '../mesh-host.ts'
import { register } from './register.ts'
import type { Registered } from './register.ts'

/** The text of a document of the profile, for the owner's terminal and programs. */
export function documentCommands(mesh: MeshHost): readonly Registered[] {
  const open = async (name: string): Promise<SealedDoc> => {
    const { profile } = mesh
    if (profile === undefined)
      throw new CloudError('no-profile', 'This device is in no profile yet. Open its page, or pair it.')
    return profile.replica.open(docIdFrom(profile.membership.profileId, name))
  }
  return [
    register({
      shape: readDocumentCommand,
      run: async ({ document }) => ({ text: (await open(document)).ydoc.getText('text').toJSON() }),
    }),
    register({
      shape: editDocumentCommand,
      run: async ({ document, at, remove, insert }) => {
        const doc = await open(document)
        const text = doc.ydoc.getText('text')
        doc.ydoc.transact(() => {
          const start = Math.min(at, text.length)
          text.delete(start, Math.min(remove, text.length - start))
          text.insert(start, insert)
        })
        await doc.durable()
        return { length: text.length }
      },
    }),
  ]
}
