export type Theme = 'auto' | 'light' | 'dark'
export type Density = 'comfortable' | 'compact'

const STORED = 'cloudos.'

/** How this browser shows the page. It belongs to the browser, not to the profile; public/theme.js applies it before the first paint. */
class Look {
  theme = $state<Theme>('auto')
  density = $state<Density>('comfortable')

  constructor() {
    const { theme, density } = document.documentElement.dataset
    if (theme === 'light' || theme === 'dark') this.theme = theme
    if (density === 'compact') this.density = density
  }

  setTheme(theme: Theme): void {
    this.theme = theme
    write('theme', theme === 'auto' ? undefined : theme)
  }

  setDensity(density: Density): void {
    this.density = density
    write('density', density === 'comfortable' ? undefined : density)
  }
}

function write(name: 'theme' | 'density', choice: string | undefined): void {
  const { dataset } = document.documentElement
  if (choice === undefined) {
    Reflect.deleteProperty(dataset, name)
    localStorage.removeItem(STORED + name)
  } else {
    dataset[name] = choice
    localStorage.setItem(STORED + name, choice)
  }
}

export const look = new Look()
