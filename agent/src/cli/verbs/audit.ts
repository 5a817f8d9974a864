import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { verifyAudit } from '@cloudos/crypto/audit-chain'
import type { AuditFinding } from '@cloudos/crypto/audit-chain'
import { exportAuditCommand } from '@cloudos/protocol/audit-commands'
import { base64url } from '@cloudos/protocol/base-text'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { findId } from '@cloudos/protocol/ids'
import { brokenWorld } from '../../broken-world.ts'
import type { Errand } from '../errand.ts'
import { EXIT } from '../exit-code.ts'
import { fieldOf, textOf } from '../json-fields.ts'
import { givenText } from '../verb.ts'
import type { Given, Outcome } from '../verb.ts'

/** Needs nothing but the file: no agent, no network. */
export async function runAuditVerify(given: Given, { world }: Errand): Promise<Outcome> {
  const file = resolve(world.workFolder, givenText(given, 'file'))
  const seq = given.get('tip-seq')
  const hash = findId('Hash', given.get('tip-hash'))
  if ((typeof seq === 'number') !== (hash !== undefined))
    throw new CloudError('bad-input', '--tip-seq and --tip-hash go together: both are what an earlier check said.')
  const remembered = typeof seq === 'number' && hash !== undefined ? { seq, hash } : undefined
  const verdict = await verifyAudit(readWhole(file), remembered)
  const { deviceId = 'nobody', entries, tip, signedSeq, findings } = verdict
  const isWhole = findings.length === 0
  return {
    result: {
      deviceId,
      entries,
      signedSeq,
      ...(tip && { tip: { ...tip } }),
      findings: findings.map((finding) => ({ ...finding })),
    },
    lines: [
      isWhole
        ? `Nothing is missing and nothing was changed: ${String(entries)} entries of device ${deviceId}, signed up to ${String(signedSeq)}.`
        : `This audit file does not hold: ${String(findings.length)} things are wrong.`,
      ...findings.map(sayFinding),
      ...(tip === undefined
        ? []
        : [`To notice later that its end is gone: --tip-seq ${String(tip.seq)} --tip-hash ${tip.hash}`]),
    ],
    exitCode: isWhole ? EXIT.done : EXIT.failed,
  }
}

function sayFinding(finding: AuditFinding): string {
  switch (finding.kind) {
    case 'gap':
      return `GAP  ${String(finding.missing)} entries are missing from ${String(finding.seq)} on.`
    case 'fork':
      return `FORK  entry ${String(finding.seq)} does not follow from the one before it.`
    case 'truncated':
      return `CUT  entries from ${String(finding.seq)} on are gone.`
    case 'bad-signature':
      return `FORGED  the signature at entry ${String(finding.seq)} is not this device's.`
    case 'bad-line':
      return `BAD LINE  line ${String(finding.line)} is no line of an audit file.`
    case 'torn-tail':
      return `TORN  the last line (${String(finding.line)}) ends in the middle.`
    case 'no-owner':
      return `NO OWNER  line ${String(finding.line)} does not prove whose file this is.`
  }
}

/** Writes what the agent keeps into a file that `audit verify` takes. */
export async function runAuditExport(given: Given, errand: Errand): Promise<Outcome> {
  const { world } = errand
  const door = await errand.openDoor()
  const pieces: Uint8Array[] = []
  const answer = await door.ask(
    exportAuditCommand,
    {},
    {
      signal: world.signal,
      onEvent: (event) => pieces.push(base64url.find(textOf(event, 'bytes')) ?? new Uint8Array()),
    },
  )
  const bytes = Buffer.concat(pieces)
  if (bytes.length !== fieldOf(answer, 'sizeBytes'))
    throw new CloudError('incomplete', 'A piece of the audit was lost on the way. Nothing was written. Try again.')
  const file = resolve(world.workFolder, givenText(given, 'out'))
  try {
    writeFileSync(file, bytes, { mode: 0o600 })
  } catch (cause) {
    throw brokenWorld(cause, file)
  }
  return {
    result: { file, sizeBytes: bytes.length },
    lines: [`Written: ${file}`, `Check it anywhere with: cloudos audit verify ${givenText(given, 'out')}`],
  }
}

function readWhole(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw brokenWorld(cause, file)
  }
}
