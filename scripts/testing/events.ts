import { type Outcome } from './outcome.ts'

/** One line of reporter.mjs. */
interface TestEvent {
  readonly type: 'test:dequeue' | 'test:pass' | 'test:fail' | 'test:summary'
  readonly name?: string
  readonly id?: number
  readonly parentId?: number
  readonly isSuite: boolean
  readonly skip?: string | true
  readonly todo?: string | true
  readonly error?: string
}

export interface FileReport {
  readonly outcomes: readonly Outcome[]
  /** Begun and not ended: what a killed file was busy with. */
  readonly unfinished: readonly string[]
  /** False when the process ended before node:test had its last word. */
  readonly isComplete: boolean
}

/** The lines may stop anywhere: the process that wrote them may have been killed. */
export function parseReport(lines: string): FileReport {
  const events = lines.split('\n').slice(0, -1).map(parseEvent)
  const running = new Map<number | undefined, TestEvent>()
  const nameById = new Map<number | undefined, string>()
  const outcomes: Outcome[] = []
  for (const event of events) {
    if (event.type === 'test:summary') continue
    const parent = nameById.get(event.parentId)
    const name = parent ? `${parent} › ${event.name}` : (event.name ?? '')
    nameById.set(event.id, name)
    if (event.type === 'test:dequeue') running.set(event.id, event)
    else {
      running.delete(event.id)
      if (!event.isSuite) outcomes.push(outcomeOf(event, name))
    }
  }
  return {
    outcomes,
    unfinished: [...running.keys()].map((id) => nameById.get(id) ?? ''),
    isComplete: events.at(-1)?.type === 'test:summary',
  }
}

function parseEvent(line: string): TestEvent {
  return JSON.parse(line) as TestEvent
}

function outcomeOf({ type, skip, todo, error }: TestEvent, name: string): Outcome {
  if (skip !== undefined) return { kind: 'skipped', name, reason: skip === true ? 'no reason given' : skip }
  if (todo !== undefined)
    return { kind: 'failed', name, output: 'A test marked "todo" proves nothing: finish it or delete it.' }
  return type === 'test:pass' ? { kind: 'passed', name } : { kind: 'failed', name, output: error ?? 'no error given' }
}
