import { join } from 'node:path'
import type { Host } from './host.ts'
import { findProgram } from './programs.ts'
import { findNames, findNumber, findText } from './system-files.ts'

/** What foreign code could be held with here, by its presence. Only an executor's self-test makes it a sandbox. */
export async function findIsolation(host: Host): Promise<readonly string[]> {
  const has = async (program: string): Promise<boolean> => (await findProgram(host, program)) !== undefined
  const found: Readonly<Record<string, boolean>> = {
    bubblewrap: await has('bwrap'),
    unshare: await has('unshare'),
    'sandbox-exec': host.platform === 'darwin' && (await has('sandbox-exec')),
    'user namespaces': await hasUserNamespaces(host),
    ...(await controlGroups(host)),
    Landlock: ((await findText(join(host.root, 'sys/kernel/security/lsm'))) ?? '').split(',').includes('landlock'),
    KVM: ((await findNames(join(host.root, 'dev'))) ?? []).includes('kvm'),
  }
  return Object.keys(found).filter((name) => found[name])
}

async function hasUserNamespaces({ root }: Host): Promise<boolean> {
  const most = (await findNumber(join(root, 'proc/sys/user/max_user_namespaces'))) ?? 0
  const allowed = await findNumber(join(root, 'proc/sys/kernel/unprivileged_userns_clone')) // Debian's own switch
  return most > 0 && allowed !== 0
}

/** A version counts when it has controllers: a mixed system mounts an empty version 2 beside version 1. */
async function controlGroups({ root }: Host): Promise<Readonly<Record<string, boolean>>> {
  const folder = join(root, 'sys/fs/cgroup')
  const two = [
    await findText(join(folder, 'cgroup.controllers')),
    await findText(join(folder, 'unified/cgroup.controllers')),
  ]
  const one = ((await findNames(folder)) ?? []).some((name) => name === 'memory' || name === 'cpu')
  return { 'cgroup v1': one, 'cgroup v2': two.some((controllers) => controllers !== undefined && controllers !== '') }
}
