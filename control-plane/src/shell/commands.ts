import type { DeviceView } from '../profile/status.ts'
import type { Route } from '../routes.ts'
import { look } from '../state/look.svelte.ts'
import type { Theme } from '../state/look.svelte.ts'
import type { KnownRun } from '../state/known-runs.ts'
import type { Action } from './actions.ts'
import { PLACES } from './places.ts'

const THEMES: readonly { readonly theme: Theme; readonly label: string }[] = [
  { theme: 'light', label: 'Use the light theme' },
  { theme: 'dark', label: 'Use the dark theme' },
  { theme: 'auto', label: 'Use the system’s theme' },
]

const RUNS_MAX = 20

/** Everywhere the command bar can go, and how the page looks. What can be done on devices: `verbs.ts`. */
export function placesFrom(
  devices: readonly DeviceView[],
  runs: readonly KnownRun[],
  go: (route: Exclude<Route, { page: 'missing' }>) => void,
): readonly Action[] {
  return [
    ...PLACES.map(({ page, label, icon }): Action => ({
      id: 'page-' + page,
      group: 'Go to',
      label,
      icon,
      run: () => {
        go({ page })
      },
    })),
    ...devices.map(({ deviceId, name, class: kind, presence }): Action => ({
      id: 'device-' + deviceId,
      group: 'Devices',
      label: name,
      icon: kind === 'browser' ? 'globe' : 'monitor',
      hint: presence === 'here' ? 'this browser' : presence,
      run: () => {
        go({ page: 'device', deviceId })
      },
    })),
    ...runs.slice(0, RUNS_MAX).map(({ job, toldBy }): Action => ({
      id: 'run-' + job.jobId,
      group: 'Runs',
      label: job.name,
      icon: 'play',
      hint: `run of ${new Date(job.createdAtMs).toLocaleString()}`,
      run: () => {
        go({ page: 'run', deviceId: toldBy, jobId: job.jobId })
      },
    })),
    ...THEMES.filter(({ theme }) => theme !== look.theme).map(({ theme, label }): Action => ({
      id: 'theme-' + theme,
      group: 'Look',
      label,
      icon: 'sliders',
      run: () => {
        look.setTheme(theme)
      },
    })),
  ]
}
