import { isDriveAddress, normaliseDrive } from '@cloudos/protocol/drive-address'
import { githubSpelling, parseGithubAddress } from '@cloudos/protocol/github-address'

/** What a browser reaches by itself: a repository on GitHub, or the folder of a client in a Google Drive. One spelling for each; throws `CloudError`. */
export function directSpelling(where: string): string {
  return isDriveAddress(where) ? normaliseDrive(where) : githubSpelling(parseGithubAddress(where))
}

/** Of a place as it is spelled. */
export function directKind(where: string): 'github' | 'drive' {
  return isDriveAddress(where) ? 'drive' : 'github'
}

export function directLabel(where: string): string {
  return directKind(where) === 'drive' ? `Google Drive ${where.replace(/^drive:/, '')}` : `GitHub ${where}`
}
