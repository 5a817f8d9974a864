/** `node protocol/src/testing/make-vectors.ts` writes protocol/vectors/*.json anew. A changed file is a changed format: others break. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { VECTOR_FOLDER, vectorFiles } from './vector-file.ts'

mkdirSync(VECTOR_FOLDER, { recursive: true })
for (const [name, text] of vectorFiles()) writeFileSync(join(VECTOR_FOLDER, name), text)
