import type { drive_v3 } from '@googleapis/drive'
import type { HowToCreate, NewFile } from './drive-port.ts'

/**
 * How the few requests reach Drive: through Google's own client in an agent, by plain requests in a page. Any status resolves; when no
 * answer came they reject as an `HttpLine`. Only the types of Google's client are used here, so that a page does not load it.
 */
export interface DriveTransport {
  generateIds(params: drive_v3.Params$Resource$Files$Generateids, cut: AbortSignal): Asked<drive_v3.Schema$GeneratedIds>
  create(file: NewFile, fields: string, how: HowToCreate, cut: AbortSignal): Asked<drive_v3.Schema$File>
  /** What lies in it, or Google's words for why not. */
  download(fileId: string, cut: AbortSignal): Asked<ArrayBuffer>
  get(params: drive_v3.Params$Resource$Files$Get, cut: AbortSignal): Asked<drive_v3.Schema$File>
  list(params: drive_v3.Params$Resource$Files$List, cut: AbortSignal): Asked<drive_v3.Schema$FileList>
  delete(fileId: string, cut: AbortSignal): Asked<unknown>
  about(params: drive_v3.Params$Resource$About$Get, cut: AbortSignal): Asked<drive_v3.Schema$About>
}

export type Asked<T> = Promise<DriveAnswer<T>>

export interface DriveAnswer<T> {
  readonly status: number
  /** Text where the JSON broke off. */
  readonly data: T
}

export const GOOGLE_DRIVE = 'https://www.googleapis.com/'
/** The application's own folder. */
export const SPACE = 'appDataFolder'
