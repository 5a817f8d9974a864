import { writeFileSync } from 'node:fs'
import { edgeSignatures } from './edge-signatures.ts'
import { frameCases } from './frame-cases.ts'
import { authorityCases } from './authority-cases.ts'
import { slotVectors } from './slot-vectors.ts'
import { jsonFrom } from './vectors.ts'
import { yjsCases } from './yjs-cases.ts'

/* node crypto/src/testing/write-vectors.ts: after a deliberate change of format, and never otherwise. */
const folder = new URL('../../vectors/', import.meta.url)
writeFileSync(new URL('ed25519-edge.json', folder), jsonFrom(edgeSignatures()))
writeFileSync(new URL('frames.json', folder), jsonFrom(frameCases()))
writeFileSync(new URL('yjs-updates.json', folder), jsonFrom(yjsCases()))
writeFileSync(new URL('slots.json', folder), jsonFrom(slotVectors()))
writeFileSync(new URL('authority-folds.json', folder), jsonFrom(await authorityCases()))
