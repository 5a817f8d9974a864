import type { Errand } from '../errand.ts'
import type { Given, Outcome } from '../verb.ts'

export async function runVersion(_given: Given, { world }: Errand): Promise<Outcome> {
  return {
    result: { version: world.version, node: world.nodeVersion, platform: world.platform },
    lines: [`CloudOS ${world.version} (Node ${world.nodeVersion}, ${world.platform})`],
  }
}
