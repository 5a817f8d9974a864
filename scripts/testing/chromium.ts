import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { installWithApt } from './apt.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome.exe']
const installed = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** The browser for the tests: CLOUDOS_CHROMIUM, else the first of the usual names in PATH. */
export function findChromium(): string | undefined {
  const chosen = process.env['CLOUDOS_CHROMIUM']
  if (chosen) return chosen
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  return [...candidates, ...installed].find((file) => existsSync(file))
}

if (import.meta.main) ensureChromium()

/** Installs Debian's package when there is no Chromium and we may; otherwise says what to install and ends with 1. */
function ensureChromium(): void {
  if (findChromium()) return
  installWithApt(['chromium'])
  if (findChromium()) return
  console.error(
    [
      'The browser tests need Chromium, none is in PATH, and it could not be installed from here.',
      '  Debian:  sudo apt-get install chromium',
      '  Fedora:  sudo dnf install chromium',
      '  macOS:   brew install --cask google-chrome',
      'Or set CLOUDOS_CHROMIUM to the path of a Chromium or Chrome. Until then the browser tests fail.',
    ].join('\n'),
  )
  process.exitCode = 1
}
