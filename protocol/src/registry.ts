import { downCommand, joinCommand, metricsTextCommand } from './agent-commands.ts'
import {
  listApprovalsCommand,
  watchApprovalsCommand,
  giveApprovalCommand,
  refuseApprovalCommand,
} from './approval-commands.ts'
import { listAuditCommand, watchAuditCommand, exportAuditCommand } from './audit-commands.ts'
import { beginDriveCommand, finishDriveCommand } from './drive-commands.ts'
import { exportProfileCommand, importProfileCommand, putImportCommand, showProfileCommand } from './profile-commands.ts'
import { getPolicyCommand, setPolicyCommand } from './policy-commands.ts'
import {
  drillCommand,
  enterCommand,
  readCopyCommand,
  readForDrillCommand,
  trustCopyCommand,
} from './recovery-commands.ts'
import type { AnyCommand } from './command.ts'
import {
  admitCommand,
  editDocumentCommand,
  inviteCommand,
  openCommand,
  readDocumentCommand,
  refuseCommand,
  statusCommand,
  watchPairingCommand,
} from './commands.ts'
import { deviceCodeCommand } from './device-code-command.ts'
import { deviceClocksCommand, deviceKeepsCommand } from './device-copy-commands.ts'
import { capabilitiesCommand, listDevicesCommand, metricsCommand, renameDeviceCommand } from './device-commands.ts'
import {
  runJobCommand,
  putJobBytesCommand,
  offerJobCommand,
  listJobsCommand,
  watchJobsCommand,
  showJobCommand,
  jobLogsCommand,
  attachJobCommand,
  cancelJobCommand,
  jobOutputCommand,
  jobReceiptCommand,
} from './job-commands.ts'
import {
  addStorageCommand,
  checkStorageCommand,
  listStorageCommand,
  removeStorageCommand,
  syncStorageCommand,
  trustStorageCommand,
} from './storage-commands.ts'
import { issueTokenCommand, listTokensCommand, revokeTokenCommand } from './token-commands.ts'
import { changeWaysCommand, getWaysCommand, leaveCommand, putWaysCommand, readWaysCommand } from './way-commands.ts'
import { wipeCheckCommand } from './wipe-command.ts'

/** Every command there is, by subject. How to add one: docs/how-it-is/commands.md. */
export const COMMANDS: readonly AnyCommand[] = [
  statusCommand,
  openCommand,
  downCommand,
  metricsTextCommand,
  readDocumentCommand,
  editDocumentCommand,
  inviteCommand,
  joinCommand,
  watchPairingCommand,
  admitCommand,
  refuseCommand,
  capabilitiesCommand,
  metricsCommand,
  listDevicesCommand,
  renameDeviceCommand,
  wipeCheckCommand,
  leaveCommand,
  deviceCodeCommand,
  deviceKeepsCommand,
  deviceClocksCommand,
  showProfileCommand,
  exportProfileCommand,
  putImportCommand,
  importProfileCommand,
  runJobCommand,
  putJobBytesCommand,
  offerJobCommand,
  listJobsCommand,
  watchJobsCommand,
  showJobCommand,
  jobLogsCommand,
  attachJobCommand,
  cancelJobCommand,
  jobOutputCommand,
  jobReceiptCommand,
  getWaysCommand,
  putWaysCommand,
  readWaysCommand,
  changeWaysCommand,
  listStorageCommand,
  addStorageCommand,
  removeStorageCommand,
  checkStorageCommand,
  syncStorageCommand,
  beginDriveCommand,
  finishDriveCommand,
  readCopyCommand,
  enterCommand,
  trustCopyCommand,
  readForDrillCommand,
  drillCommand,
  trustStorageCommand,
  listApprovalsCommand,
  watchApprovalsCommand,
  giveApprovalCommand,
  refuseApprovalCommand,
  listAuditCommand,
  watchAuditCommand,
  exportAuditCommand,
  getPolicyCommand,
  setPolicyCommand,
  issueTokenCommand,
  listTokensCommand,
  revokeTokenCommand,
]

const commandByName: ReadonlyMap<string, AnyCommand> = new Map(COMMANDS.map((command) => [command.name, command]))

export function findCommand(name: string): AnyCommand | undefined {
  return commandByName.get(name)
}
