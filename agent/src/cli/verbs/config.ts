import { CloudError } from '@cloudos/protocol/cloud-error'
import { readOwnerConfig, SETTINGS, writeOwnerConfig } from '../../owner-config.ts'
import type { OwnerConfig, Setting } from '../../owner-config.ts'
import type { Errand } from '../errand.ts'
import { readValue } from '../read-value.ts'
import { givenText } from '../verb.ts'
import type { Given, Outcome } from '../verb.ts'

export async function runConfigList(_given: Given, { config }: Errand): Promise<Outcome> {
  const chosen = readOwnerConfig(config.configFile)
  const settings = SETTINGS.map((setting) => described(setting, chosen))
  const width = Math.max(...SETTINGS.map(({ name }) => name.length))
  return {
    result: { file: config.configFile, settings },
    lines: settings.map(({ name, value, says }) => `${name.padEnd(width)}  ${value}\n${' '.repeat(width)}  ${says}.`),
  }
}

export async function runConfigGet(given: Given, { config }: Errand): Promise<Outcome> {
  const one = described(settingOf(given), readOwnerConfig(config.configFile))
  return { result: one, lines: [one.value] }
}

export async function runConfigSet(given: Given, { config }: Errand): Promise<Outcome> {
  const setting = settingOf(given)
  const text = givenText(given, 'value')
  const value = readValue(text, setting.form)
  if (!value.ok) throw new CloudError('bad-input', `${setting.name} takes ${value.error}, not "${text.slice(0, 60)}".`)
  const chosen = { ...readOwnerConfig(config.configFile), [setting.name]: text }
  writeOwnerConfig(config.configFile, chosen)
  return {
    result: described(setting, chosen),
    lines: [`${setting.name} is ${text}.`, ...after(setting)],
  }
}

function described(setting: Setting, chosen: OwnerConfig) {
  const value = chosen[setting.name]
  return { name: setting.name, value: value ?? setting.otherwise, chosen: value !== undefined, says: setting.says }
}

function settingOf(given: Given): Setting {
  const setting = SETTINGS.find(({ name }) => name === given.get('name'))
  if (setting === undefined) throw new RangeError('the parser lets no other name through')
  return setting
}

/** What the owner must know before the change holds. */
function after({ name }: Setting): readonly string[] {
  if (name === 'metrics') return []
  const restart = 'It holds from the next start: cloudos down, then cloudos up'
  if (name === 'log-level') return [restart]
  return [
    restart,
    'A browser keeps its copy of the profile for one port only. The page at the new port begins empty: before you change over, set a passphrase or another way in on the old page, and let the browser in again at the new one as a device of its own.',
  ]
}
