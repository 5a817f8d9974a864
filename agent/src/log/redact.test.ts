import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { createRandom } from '@cloudos/protocol/testing/random'
import type { Random } from '@cloudos/protocol/testing/random'
import { commandLine } from '../testing/run-command.ts'
import { createLog, Secret } from './log.ts'

const WORDS = 'abandon ability able zebra zoo wrap valley unit tuna sugar snack ripple quote pencil oval noodle'.split(
  ' ',
)
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

interface Drawn {
  /** What is put into objects and sentences. */
  readonly value: unknown
  /** Pieces of it that must stand nowhere. */
  readonly canaries: readonly string[]
  /** Nothing about it tells that it is a secret but the name it goes by. */
  readonly name?: string
}

/** Letters and digits, mixed as a service mixes them. */
function digits(random: Random, length: number, alphabet = DIGITS): string {
  return Array.from({ length }, () => alphabet[random.below(alphabet.length)]).join('')
}

/** A seed, an epoch key or what a passkey gave: as text in each spelling, and as bytes. */
function drawKey(random: Random): Drawn {
  const bytes = Buffer.from(random.bytes(32))
  const hex = bytes.toString('hex')
  const spaced = hex.replaceAll(/../g, '$& ').trim()
  const texts = [hex, hex.toUpperCase(), bytes.toString('base64'), bytes.toString('base64url'), spaced] as const
  const listed = [...bytes].join(',')
  const value = random.pick([...texts, bytes, new Uint8Array(bytes), [...bytes]] as const)
  const canaries = texts
    .map((text) => text.slice(0, 40))
    .concat(listed.slice(0, 30), JSON.stringify(new Uint8Array(bytes)).slice(0, 40))
  return { value, canaries }
}

function drawPhrase(random: Random): Drawn {
  const words = Array.from({ length: random.pick([12, 24]) }, () => WORDS[random.below(WORDS.length)] ?? '')
  const numbered = words.map((word, i) => `${String(i + 1)}. ${word}`).join(' ')
  const value = random.pick([words.join(' '), words.join(', '), words.join('\n'), numbered, words] as const)
  // Three of them in a row, however they are parted.
  return { value, canaries: [words.slice(0, 3), words.slice(6, 9)].map((some) => some.join(' ')) }
}

function drawNamed(random: Random): Drawn {
  const text = random.pick(['kaninchen', 'zwei kaninchen', 'x"y kaninchen\'z', 'kaninchen, {drei}', 'a\nkaninchen'])
  const name = random.pick(['passphrase', 'vaultPassphrase', 'password', 'client_secret', 'secretKey', 'refreshToken'])
  return { value: text, canaries: ['kaninchen'], name }
}

const KINDS: readonly [(random: Random) => Drawn, ...((random: Random) => Drawn)[]] = [
  drawKey,
  drawPhrase,
  drawNamed,
  (random) => {
    const code = Buffer.from(random.bytes(40 + random.below(40))).toString('base64url')
    const link = random.pick([`cloudos:pair?${code}`, `http://localhost:7420/#open=${code}/devices`])
    return { value: link, canaries: [code.slice(0, 20)] }
  },
  // The key of a bucket, the token of a forge and of a drive, and the address of a server with its password.
  (random) => {
    const key = digits(random, 40, DIGITS + '/+')
    return { value: key, canaries: [key] }
  },
  (random) => {
    const tail = digits(random, 36)
    return {
      value: random.pick([`ghp_${tail}`, `github_pat_${tail}_${tail}`, `ya29.${tail}${tail}`]),
      canaries: [tail],
    }
  },
  (random) => {
    const tail = digits(random, 9)
    return { value: `https://robin:${tail}@dav.example.org/files`, canaries: [tail] }
  },
  (random) => {
    const signature = Buffer.from(random.bytes(65)).toString('hex')
    return { value: `0x${signature}`, canaries: [signature.slice(0, 40)] }
  },
]

/** The secret inside of what programs make of it: objects, errors with causes, sentences, and text of text. */
function wrap(random: Random, { value, name = random.pick(['key', 'it', 'data', 'value']) }: Drawn): string {
  const nested = random.below(2) === 0 ? { [name]: value } : { a: 1, inner: { list: [{ [name]: value }], b: 'ok' } }
  const json = JSON.stringify(nested)
  const shown = inspect(nested, { depth: 9, compact: random.below(2) === 0 })
  const failed = new Error('outer', { cause: new Error('middle', { cause: Object.assign(new Error(json), nested) }) })
  return random.pick([
    json,
    JSON.stringify({ text: json }),
    shown,
    inspect(failed, { depth: 9 }),
    `it failed: ${json}, so`,
  ])
}

function drawn(seed: number): { readonly text: string; readonly secret: Drawn } {
  const random = createRandom(seed)
  const secret = random.pick(KINDS)(random)
  return { text: wrap(random, secret), secret }
}

/** In one spelling: what parts and quotes words is no difference to who looks for a phrase. */
function plain(text: string): string {
  return text.replaceAll(/(?:\\n|\d+\. | \+\s|["'`\\,\s])+/g, ' ')
}

function leaksIn(text: string, { canaries }: Drawn): readonly string[] {
  return canaries.filter((canary) => text.includes(canary) || plain(text).includes(plain(canary)))
}

test('no secret of any kind, however wrapped, comes into a line of the log', () => {
  for (let seed = 0; seed < 3_000; seed++) {
    const { text, secret } = drawn(seed)
    assert.notDeepEqual(leaksIn(text, secret), [], `seed ${String(seed)} plants nothing: ${text}`)
    let written = ''
    const log = createLog({ level: 'debug', nowMs: () => 0, append: (line) => (written += line) })
    log.write('info', text)
    log.write('warn', 'failed', { text, held: new Secret(secret.value) })
    if (secret.name !== undefined) log.write('warn', 'named', { [secret.name]: String(secret.value) })
    assert.deepEqual(leaksIn(written, secret), [], `seed ${String(seed)}: ${text}\n${written}`)
  }
})

test('no secret of any kind, however wrapped, comes into a bug report', async (t) => {
  const cloudos = commandLine(t)
  const logs = join(cloudos.home, 'logs')
  mkdirSync(logs, { recursive: true })
  const planted = Array.from({ length: 150 }, (_, seed) => drawn(seed))
  // As if an older version had written them without its redactor.
  for (const { text, secret } of planted)
    appendFileSync(join(logs, 'agent.log'), JSON.stringify({ event: text, [secret.name ?? 'it']: secret.value }) + '\n')
  writeFileSync(join(logs, 'start.txt'), planted.map(({ text }) => text).join('\n\n'))
  const { code, err } = await cloudos.run('bugreport', '--out', 'report.json')
  assert.equal(code, 0, err)
  const report = readFileSync(join(cloudos.folder, 'report.json'), 'utf8')
  for (const [seed, { text, secret }] of planted.entries())
    assert.deepEqual(leaksIn(report, secret), [], `seed ${String(seed)}: ${text}`)
})
