import { SETTINGS } from '../../owner-config.ts'
import type { Part } from '../verb.ts'
import { placed, textPart } from './parts.ts'
import type { Handwritten } from './parts.ts'

const settingName: Part = {
  name: 'name',
  says: 'Which setting',
  form: { kind: 'one-of', codes: Object.fromEntries(SETTINGS.map(({ name }, i) => [name, i + 1])) },
  isRequired: true,
  isPlaced: true,
}

/** How the agent is set, and whether the system starts it. */
export const SETTING_VERBS: readonly Handwritten[] = [
  {
    words: ['config', 'list'],
    says: 'List the settings of the agent on this machine.',
    examples: ['cloudos config list'],
    parts: [],
    needs: [],
    load: async () => (await import('../verbs/config.ts')).runConfigList,
  },
  {
    words: ['config', 'get'],
    says: 'Print one setting.',
    examples: ['cloudos config get port'],
    parts: [settingName],
    needs: [],
    load: async () => (await import('../verbs/config.ts')).runConfigGet,
  },
  {
    words: ['config', 'set'],
    says: 'Change one setting.',
    examples: ['cloudos config set metrics on', 'cloudos config set port 7500'],
    parts: [settingName, textPart('value', 'What it should be', placed, 64)],
    needs: [],
    load: async () => (await import('../verbs/config.ts')).runConfigSet,
  },
  {
    words: ['service', 'install'],
    says: 'Let the system start the agent with your session: systemd or launchd.',
    examples: ['cloudos service install'],
    parts: [],
    needs: ['down'],
    load: async () => (await import('../verbs/service.ts')).runServiceInstall,
  },
  {
    words: ['service', 'remove'],
    says: 'Let the system no longer start the agent.',
    examples: ['cloudos service remove'],
    parts: [],
    needs: [],
    load: async () => (await import('../verbs/service.ts')).runServiceRemove,
  },
  {
    words: ['service', 'status'],
    says: 'Say whether the system starts the agent.',
    examples: ['cloudos service status'],
    parts: [],
    needs: [],
    load: async () => (await import('../verbs/service.ts')).runServiceStatus,
  },
]
