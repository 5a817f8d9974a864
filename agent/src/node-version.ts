const OLDEST = [24, 12] as const

/** What to tell a person whose Node cannot run the agent; `undefined` for one that can. */
export function findNodeFault(version: string, path: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined
  return `CloudOS needs Node ${OLDEST.join('.')} or newer and was started with ${version} (${path}). Nothing was changed. Start it with \`npm start\`, which brings its own, or install a newer Node.`
}
