/** A process of its own that robs one kind of medium and prints what became of it. */
import process from 'node:process'
import { rob } from '@cloudos/agent/testing/robbery/rob'
import { ROBBABLE_MEDIA } from './robbable-media.ts'
import type { RobberySummary } from './robbery.ts'

const [name = '', tamperings = '', seed = ''] = process.argv.slice(2)
const { leaks, addresses, accepted } = await rob(Number(tamperings), Number(seed), ROBBABLE_MEDIA.get(name))
const summary: RobberySummary = { tamperings: Number(tamperings), leaks, addresses, accepted }
process.stdout.write(JSON.stringify(summary))
