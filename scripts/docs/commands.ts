/** How a command that a document shows is known to work. */
export type Proof =
  /** A test, or a stage of `npm test`, that runs it. */
  | { readonly kind: 'test'; readonly name: string }
  /** Run here and now, through node. */
  | { readonly kind: 'run'; readonly args: readonly string[] }
  /** The way to a clone, where every other command begins. */
  | { readonly kind: 'given' }

type Prove = (args: readonly string[]) => Proof

/** The tests that run npm as a newcomer would are in scripts/fresh-copy.test.ts. */
const proofs: readonly (readonly [command: RegExp, prove: Prove])[] = [
  [/^git clone \S+( \S+)?$/, () => ({ kind: 'given' })],
  [/^cd \S+$/, () => ({ kind: 'given' })],
  [/^npm start$/, byTest('in a fresh copy, npm start installs, builds, serves the page and ends with its npm')],
  [
    /^npm start -- --pair \S+$/,
    byTest('what follows npm start -- reaches the agent, and how it ends reaches the shell'),
  ],
  [/^npm run dev$/, byTest('npm run dev serves the page from the sources and ends with its npm')],
  [/^npm test$/, byTest('in a fresh copy, npm test prepares itself and ends with one line of counts')],
  [/^npm test -- (.+)$/, byRun('scripts/test.ts', '--list')],
  [
    /^(npm run build|npx cloudos .+)$/,
    byTest('up starts the agent and says how long it took, a second up says it is running, down ends it'),
  ],
  [
    /^(npm run package|npm install -g dist\/cloudos-\S+\.tgz)$/,
    byTest('packed and installed without a network, cloudos starts, answers, serves its page and stops'),
  ],
  [/^npm run commands-page$/, byRun('scripts/write-commands-page.ts')],
  [/^npm run pictures$/, byRun('e2e/src/pictures.ts', '--look')],
  [/^npm run format$/, byTest('format')],
  [/^npm run figures -- (.+)$/, byRun('scripts/figures.ts', '--list')],
  [/^npm run fuzz$/, byRun('scripts/fuzz.ts', '--rounds', '100')],
  [/^npm run trusted-core$/, byRun('scripts/trusted-core.ts')],
]

function byTest(name: string): Prove {
  return () => ({ kind: 'test', name })
}

/** With the arguments the document shows after its own. */
function byRun(...script: readonly string[]): Prove {
  return (args) => ({ kind: 'run', args: [...script, ...args] })
}

/** `undefined` for a command nobody has proven. Settings before it (`CLOUDOS_PORT=4000 npm start`) are not part of it. */
export function findProof(command: string): Proof | undefined {
  const bare = command.replace(/^(CLOUDOS_[A-Z_]+=\S* +)+/, '')
  for (const [pattern, prove] of proofs) {
    const match = pattern.exec(bare)
    if (match) return prove(match[1]?.split(/\s+/) ?? [])
  }
  return undefined
}
