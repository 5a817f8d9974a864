import type { HostPlan } from './wasm-executor.ts'

export interface HostSurroundings {
  /** The Node that runs this. */
  readonly node: string
  /** The job-host: its bundle, or its source. */
  readonly hostFile: string
  /** An empty folder. */
  readonly folder: string
  /** `undefined` where the system has no such users. */
  readonly userId: number | undefined
}

/** Nobody's: no file belongs to it, and no other program runs as it. */
export const JOB_USER = 64_321

/**
 * What a program is held by here. WebAssembly itself gives it nothing but the imports; the process keeps a flaw of the engine from
 * the owner's files and programs: Node's permission model, and another user where the agent may become one. Nothing of this
 * keeps a process that has been taken over from the network, and the name says so.
 */
export function planHost({ node, hostFile, folder, userId }: HostSurroundings): HostPlan {
  const becomes = userId === 0 ? JOB_USER : undefined
  const name = [
    'WebAssembly without WASI in a process of its own',
    'Node permissions: no files, no programs',
    ...(becomes === undefined ? [] : [`user ${String(becomes)}`]),
    'no jail around it',
  ].join('; ')
  const readable = hostFile.endsWith('.mjs') ? hostFile : folderOf(hostFile)
  return {
    command: {
      program: node,
      args: [
        '--permission',
        '--allow-worker',
        `--allow-fs-read=${readable}`,
        '--no-addons',
        '--disallow-code-generation-from-strings',
        '--disable-proto=throw',
        '--no-warnings',
        '--max-old-space-size=96',
        hostFile,
        ...(becomes === undefined ? [] : [String(becomes)]),
      ],
      folder,
    },
    isolation: { tier: 1, name },
    sandbox: 'WebAssembly engine in a process of its own',
    mustHold: ['no-files', 'no-programs', ...(becomes === undefined ? [] : [`user-${String(becomes)}`])],
  }
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\'))) + '/*'
}
