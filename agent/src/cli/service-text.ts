import { agentArguments } from './agent-arguments.ts'

export interface ServiceText {
  readonly nodeFile: string
  readonly agentFile: string
  /** launchd's name for it. */
  readonly label: string
  readonly environment: readonly (readonly [name: string, value: string])[]
}

/** A unit for `systemd --user`. An agent that was stopped by its owner stays stopped. */
export function systemdUnit({ nodeFile, agentFile, environment }: ServiceText): string {
  const command = [nodeFile, ...agentArguments(agentFile), '--detached']
    .map((word) => quoted(word).replaceAll('$', '$$$$'))
    .join(' ')
  return `[Unit]
Description=CloudOS agent
After=network.target

[Service]
Type=exec
ExecStart=${command}
${[...environment, ['CLOUDOS_NO_OPEN', '1'] as const].map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}\n`).join('')}Restart=on-failure
RestartSec=5
TimeoutStopSec=30
UMask=0077
LimitCORE=0

[Install]
WantedBy=default.target
`
}

/** A plist for launchd. */
export function launchdPlist({ nodeFile, agentFile, environment, label }: ServiceText): string {
  const args = [nodeFile, ...agentArguments(agentFile), '--detached']
  const pairs = [...environment, ['CLOUDOS_NO_OPEN', '1'] as const]
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>${label}</string>
  <key>ProgramArguments</key>
  <array>
${args.map((arg) => `    <string>${escaped(arg)}</string>\n`).join('')}  </array>
  <key>EnvironmentVariables</key>
  <dict>
${pairs.map(([name, value]) => `    <key>${name}</key><string>${escaped(value)}</string>\n`).join('')}  </dict>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
  <key>Umask</key><integer>63</integer>
</dict>
</plist>
`
}

/** One word for systemd: quotes, backslashes, line ends and its own specifiers taken literally. Only commands have variables. */
function quoted(text: string): string {
  const inner = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('%', '%%')
  return `"${inner}"`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
