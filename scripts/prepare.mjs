/**
 * Runs before every npm script, on whatever Node the machine has (18 or newer, hence plain JavaScript): installs what the
 * lockfile asks for when something else is there, and sees to it that the scripts after it find a Node that runs TypeScript.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join, sep } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const modules = join(root, 'node_modules')
const lockfile = join(root, 'package-lock.json')

// Without an install in between, this process was itself started by the `node` that the next script will find.
if (isInstalled()) requireNode({ version: process.versions.node, path: process.execPath })
else {
  install()
  requireNode(findScriptNode())
}

/** npm's own record of what it installed against the lockfile, by content: file times lie after every checkout. */
function isInstalled() {
  const installed = readPackages(join(modules, '.package-lock.json'))
  const { '': _root, ...wanted } = readPackages(lockfile)
  return (
    Object.entries(wanted).every(([path, entry]) =>
      installed[path] ? isSame(installed[path], entry) : entry.optional === true && !isNodeOfThisMachine(entry),
    ) && Object.keys(installed).every((path) => wanted[path])
  )
}

function readPackages(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {}
}

function isSame(one, other) {
  return one.version === other.version && one.integrity === other.integrity && one.link === other.link
}

/** npm drops an optional package silently when its download fails; for the others the tool that needs one says so. */
function isNodeOfThisMachine(entry) {
  return entry.bin?.node !== undefined && isForThisMachine(entry)
}

function isForThisMachine({ os, cpu, libc }) {
  const libcHere = () => (process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl')
  return (
    [os].flat().includes(process.platform) &&
    [cpu].flat().includes(process.arch) &&
    (libc === undefined || [libc].flat().includes(libcHere()))
  )
}

function install() {
  console.error('Installing dependencies from package-lock.json …')
  runNpm(nodeOutsideModules(), 'ci', '--include=dev', '--include=optional')
  linkNode()
  const node = findLockedNode()
  if (!node || !isShortOfPackages()) return
  // npm left out what does not support the Node it ran on, such as the bundler's binary for this machine.
  runNpm(join(modules, node.name, node.bin), 'install', '--no-save', '--include=dev', '--include=optional')
  linkNode()
}

function runNpm(node, ...args) {
  const npm = process.env.npm_execpath
  const options = [...args, '--no-audit', '--no-fund', '--loglevel=error']
  const { status, error } = npm
    ? spawnSync(node, [npm, ...options], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', options, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  if (error) fail(`npm could not be started: ${error.message}`)
  if (status !== 0)
    fail('npm could not install the dependencies: its own message is above. Nothing was built or started.')
}

/** npm 10, when it gives up the Node of another platform, also removes the link to ours: they have the same name. */
function linkNode() {
  const node = findLockedNode()
  if (!node || !existsSync(join(modules, node.name, node.bin)) || existsSync(join(modules, '.bin/node'))) return
  runNpm(nodeOutsideModules(), 'rebuild', '--ignore-scripts', node.name)
}

function findLockedNode() {
  const [path, entry] = Object.entries(readPackages(lockfile)).find(([, one]) => isNodeOfThisMachine(one)) ?? []
  return path && { name: path.slice('node_modules/'.length), bin: entry.bin.node }
}

function isShortOfPackages() {
  const wanted = Object.entries(readPackages(lockfile)).filter(([, entry]) => entry.optional && entry.engines)
  return wanted.some(([path, entry]) => !existsSync(join(root, path)) && isForThisMachine(entry))
}

/** `npm ci` deletes node_modules first, so it must not run on the Node in there. */
function nodeOutsideModules() {
  const given = process.env.npm_node_execpath
  if (given && !given.startsWith(modules + sep)) return given
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const candidates = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.startsWith(modules))
  return candidates.map((folder) => join(folder, name)).find((file) => existsSync(file)) ?? process.execPath
}

function findScriptNode() {
  const report = 'JSON.stringify({ version: process.versions.node, path: process.execPath })'
  const { stdout, status, error } = spawnSync('node', ['-p', report], { encoding: 'utf8' })
  if (status === 0) return JSON.parse(stdout)
  return fail(
    `The node that npm scripts find does not run on this machine (${error?.message ?? `it ended with ${status}`}).`,
    waysOut(),
  )
}

function requireNode({ version, path }) {
  const [major, minor] = version.split('.').map(Number)
  if (major > 24 || (major === 24 && minor >= 12)) return
  fail(`CloudOS needs Node 24.12 or newer, but npm scripts find Node ${version} at ${path}.`, waysOut())
}

function waysOut() {
  const here = `${process.platform}-${process.arch}`
  return [
    'Two ways out:',
    findLockedNode()
      ? `  1. let npm bring Node 24 for ${here}: delete node_modules and run the same command again, through npm; or`
      : `  1. install Node 24 from https://nodejs.org (none comes through npm for ${here}) and open a new terminal; or`,
    '  2. if you have Node 24.12 or newer elsewhere, put its folder first in PATH.',
  ].join('\n')
}

function fail(...lines) {
  console.error(lines.join('\n'))
  process.exit(1)
}
