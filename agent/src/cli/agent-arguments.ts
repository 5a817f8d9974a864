/** How Node is started for the agent: a small young generation keeps its memory low. */
export function agentArguments(agentFile: string): readonly string[] {
  return ['--max-semi-space-size=1', agentFile]
}
