import { closeSync, createReadStream, openSync, readdirSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { verifyAudit } from '@cloudos/crypto/audit-chain'
import type { AuditFinding } from '@cloudos/crypto/audit-chain'
import { exportAuditCommand } from '@cloudos/protocol/audit-commands'
import { base64url } from '@cloudos/protocol/base-text'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { findId } from '@cloudos/protocol/ids'
import type { Json } from '@cloudos/protocol/json-record'
import { orderSegments } from '../../audit/segments.ts'
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
  const verdict = await verifyAudit(piecesOf(file), remembered)
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
  return `Line ${String(finding.line)}: ${sayFault(finding)}`
}

function sayFault(finding: AuditFinding): string {
  const seq = String(finding.seq)
  switch (finding.kind) {
    case 'gap':
      return `GAP  ${String(finding.missing)} entries are missing from ${seq} on.`
    case 'fork':
      return `FORK  entry ${seq} does not follow from the one before it.`
    case 'truncated':
      return `CUT  entries from ${seq} on are gone.`
    case 'bad-signature':
      return `FORGED  the signature at entry ${seq} is not this device's.`
    case 'bad-line':
      return `BAD LINE  this is no line of an audit file; entry ${seq} should be here.`
    case 'torn-tail':
      return 'TORN  the last line ends in the middle.'
    case 'no-owner':
      return 'NO OWNER  nothing here proves whose file this is.'
  }
}

/** Writes what the agent keeps into a file that `audit verify` takes. */
export async function runAuditExport(given: Given, errand: Errand): Promise<Outcome> {
  const { world } = errand
  const door = await errand.openDoor()
  const file = resolve(world.workFolder, givenText(given, 'out'))
  const half = `${file}.half-written`
  const handle = inWorld(half, () => openSync(half, 'w', 0o600))
  let sizeBytes = 0
  try {
    const onEvent = (event: Json): void => {
      const bytes = base64url.find(textOf(event, 'bytes')) ?? new Uint8Array()
      sizeBytes += inWorld(half, () => writeSync(handle, bytes))
    }
    const answer = await door.ask(exportAuditCommand, {}, { signal: world.signal, onEvent })
    if (sizeBytes !== fieldOf(answer, 'sizeBytes'))
      throw new CloudError('incomplete', 'A piece of the audit was lost on the way. Nothing was written. Try again.')
    inWorld(file, () => {
      renameSync(half, file)
    })
  } finally {
    closeSync(handle)
    rmSync(half, { force: true })
  }
  return {
    result: { file, sizeBytes },
    lines: [`Written: ${file}`, `Check it anywhere with: cloudos audit verify ${givenText(given, 'out')}`],
  }
}

/** A chain that has grown for years is longer than memory. */
async function* piecesOf(file: string): AsyncGenerator<Uint8Array> {
  try {
    for (const each of filesOf(file))
      for await (const piece of createReadStream(each)) if (piece instanceof Uint8Array) yield piece
  } catch (cause) {
    throw brokenWorld(cause, file)
  }
}

/** A folder is an agent's own, with the segments of its chain in order. */
function filesOf(file: string): readonly string[] {
  if (!statSync(file).isDirectory()) return [file]
  return orderSegments(readdirSync(file)).map(({ name }) => join(file, name))
}

function inWorld<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    throw brokenWorld(cause, path)
  }
}
