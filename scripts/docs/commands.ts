/** How a command that a document shows is known to work. */
export type Proof =
  /** A test, or a stage of `npm test`, that runs it. */
  | { readonly kind: 'test'; readonly name: string }
  /** Run here and now, through node. */
  | { readonly kind: 'run'; readonly args: readonly string[] }
  /** The way to a clone, where every other command begins. */
  | { readonly kind: 'given' }

/** The names of the tests in scripts/fresh-copy.test.ts: they run the commands as a newcomer would. */
export const startTest = 'in a fresh copy, npm start installs, builds, serves the page and ends with its npm'
export const argumentsTest =
  'what follows npm start -- reaches the agent, and what the agent ends with reaches the shell'
export const testTest = 'in a fresh copy, npm test prepares itself and ends with one line of counts'
export const devTest = 'npm run dev serves the page from the sources and ends with its npm'

const proofs: readonly (readonly [command: RegExp, prove: (args: readonly string[]) => Proof])[] = [
  [/^git clone \S+( \S+)?$/, () => ({ kind: 'given' })],
  [/^cd \S+$/, () => ({ kind: 'given' })],
  [/^npm start$/, () => ({ kind: 'test', name: startTest })],
  [/^npm start -- --pair \S+$/, () => ({ kind: 'test', name: argumentsTest })],
  [/^npm test$/, () => ({ kind: 'test', name: testTest })],
  [/^npm run dev$/, () => ({ kind: 'test', name: devTest })],
  [/^npm run format$/, () => ({ kind: 'test', name: 'format' })],
  [/^npm test -- (.+)$/, (args) => ({ kind: 'run', args: ['scripts/test.ts', '--list', ...args] })],
  [/^npm run figures -- (.+)$/, (args) => ({ kind: 'run', args: ['scripts/figures.ts', '--list', ...args] })],
  [/^npm run fuzz$/, () => ({ kind: 'run', args: ['scripts/fuzz.ts', '--rounds', '100'] })],
  [/^npm run trusted-core$/, () => ({ kind: 'run', args: ['scripts/trusted-core.ts'] })],
]

/** `undefined` for a command nobody has proven. Settings before it (`CLOUDOS_PORT=4000 npm start`) are not part of it. */
export function findProof(command: string): Proof | undefined {
  const bare = command.replace(/^(CLOUDOS_[A-Z_]+=\S* +)+/, '')
  for (const [pattern, prove] of proofs) {
    const match = pattern.exec(bare)
    if (match) return prove(match[1]?.split(/\s+/) ?? [])
  }
  return undefined
}
