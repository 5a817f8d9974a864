import type { Workspace } from './workspace.ts'

export type Theme = 'auto' | 'light' | 'dark'
export type Density = 'comfortable' | 'compact'

/**
 * The theme alone is written here too: public/theme.js reads it before the first paint, and the workspace comes after, so that without
 * it every start would flash the other theme.
 */
const MIRROR = 'cloudos.theme'

/** How this browser shows the page. It belongs to the browser, not to the profile. */
class Look {
  theme = $state<Theme>('auto')
  density = $state<Density>('comfortable')
  #workspace: Workspace | undefined

  constructor() {
    const { theme } = document.documentElement.dataset
    if (theme === 'light' || theme === 'dark') this.theme = theme
  }

  /** What was chosen in another session counts from now on, and what is chosen next is kept; `undefined`: kept no longer. */
  keepIn(workspace: Workspace | undefined): void {
    this.#workspace = workspace
    this.setTheme(workspace?.get('theme') ?? this.theme)
    this.setDensity(workspace?.get('density') ?? this.density)
  }

  setTheme(theme: Theme): void {
    this.theme = theme
    show('theme', theme, 'auto')
    if (theme === 'auto') localStorage.removeItem(MIRROR)
    else localStorage.setItem(MIRROR, theme)
    this.#workspace?.set('theme', theme)
  }

  setDensity(density: Density): void {
    this.density = density
    show('density', density, 'comfortable')
    this.#workspace?.set('density', density)
  }
}

function show(name: 'theme' | 'density', choice: string, usual: string): void {
  const { dataset } = document.documentElement
  if (choice === usual) Reflect.deleteProperty(dataset, name)
  else dataset[name] = choice
}

export const look = new Look()
