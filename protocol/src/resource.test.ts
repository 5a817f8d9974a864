import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coversResource, findResource, normalisePath } from './resource.ts'
import type { Resource } from './resource.ts'

const GOOD = [
  'fs:/',
  'fs:/**',
  'fs:/home/ada/notes.txt',
  'fs:/home/ada/**',
  'fs:/ with space/ü',
  'net:example.org:443',
  'net:localhost:*',
  'net:10.0.0.7:80',
  'net:xn--bcher-kva.example:443',
  'cam:*',
  'cam:front',
  'exec:0',
  'exec:4',
  'secret:openai.key-1',
  'job:submit',
]

const BAD = [
  '',
  'fs',
  'fs:',
  'fs:relative',
  'fs:/a/',
  'fs://a',
  'fs:/a//b',
  'fs:/a/./b',
  'fs:/a/../b',
  'fs:/..',
  'fs:/a/**/b',
  'fs:/a**',
  'fs:/*',
  'fs:/**/**',
  'fs://**',
  'fs:/a\\b',
  'fs:/a\0b',
  'fs:/u\u0308',
  'fs:/\ud800',
  'fs:/' + 'a'.repeat(1024),
  'FS:/a',
  ' fs:/a',
  'net:example.org',
  'net:example.org:',
  'net:example.org:0',
  'net:example.org:080',
  'net:example.org:65536',
  'net:example.org:443:1',
  'net:Example.org:443',
  'net:example.org.:443',
  'net:.example.org:443',
  'net:-a.org:443',
  'net:*:443',
  'net:*.example.org:443',
  'net:2130706433:80',
  'net:0x7f000001:80',
  'net:127.1:80',
  'net:127.0.0.01:80',
  'net:127.0.0.256:80',
  'net:a.0x1:80',
  'net:[::1]:80',
  'cam:',
  'cam:Front',
  'cam:a*',
  'exec:5',
  'exec:*',
  'secret:*',
  'secret:../x',
  'job:',
  'usb:*',
]

for (const text of GOOD) {
  test(`${text} is a resource`, () => {
    assert.ok(findResource(text))
  })
}

for (const text of BAD) {
  test(`${JSON.stringify(text.slice(0, 40))} is no resource`, () => {
    assert.equal(findResource(text), undefined)
  })
}

test('a path comes down to its one spelling, or is none', () => {
  const spellings: readonly (readonly [string, string | undefined])[] = [
    ['/', '/'],
    ['/a/b', '/a/b'],
    ['/a//b/', '/a/b'],
    ['/a/./b/../c', '/a/c'],
    ['/a/..', '/'],
    ['/a/../..', undefined],
    ['/..', undefined],
    ['/../a', undefined],
    ['a', undefined],
    ['', undefined],
    ['/a\\..\\b', undefined],
    ['/a\0', undefined],
    ['/a\nb', undefined],
    ['/u\u0308', '/ü'],
    ['/...', '/...'],
    ['/\ud800', undefined],
  ]
  for (const [path, expected] of spellings) assert.equal(normalisePath(path), expected, JSON.stringify(path))
})

test('what grows by being put into NFC cannot climb: dots are looked for afterwards', () => {
  // U+2025 and U+FE52 look like dots; NFC leaves them alone, and NFKC, which would not, is not used.
  assert.equal(normalisePath('/a/\u2025/b'), '/a/\u2025/b')
  assert.equal(normalisePath('/a/\ufe52\ufe52/b'), '/a/\ufe52\ufe52/b')
})

/** Every path of up to four segments from two names: the slow, plain meaning of a resource is the set of these it names. */
const PATHS = pathsUpTo(4)

function pathsUpTo(depth: number): readonly string[] {
  if (depth === 0) return ['']
  const shorter = pathsUpTo(depth - 1)
  return ['', ...shorter.flatMap((path) => ['/a' + path, '/b' + path])].filter(
    (path, i, all) => all.indexOf(path) === i,
  )
}

function names(resource: string, path: string): boolean {
  const pattern = resource.slice('fs:'.length)
  if (!pattern.endsWith('/**')) return (path || '/') === pattern
  const folder = pattern.slice(0, -'/**'.length)
  return path === folder || path.startsWith(folder + '/')
}

test('one file resource covers another exactly when it names all that the other names', () => {
  const resources = pathsUpTo(2).flatMap((path) => ['fs:' + (path || '/'), `fs:${path}/**`])
  for (const granted of resources) {
    for (const wanted of resources) {
      const expected = PATHS.every((path) => !names(wanted, path) || names(granted, path))
      assert.equal(coversResource(found(granted), found(wanted)), expected, `${granted} over ${wanted}`)
    }
  }
})

test('other resources cover themselves, and a star covers what it stands for', () => {
  const covering = [
    ['net:example.org:*', 'net:example.org:443'],
    ['net:example.org:*', 'net:example.org:*'],
    ['cam:*', 'cam:front'],
    ['exec:2', 'exec:2'],
  ] as const
  const apart = [
    ['net:example.org:443', 'net:example.org:*'],
    ['net:example.org:443', 'net:sub.example.org:443'],
    ['cam:front', 'cam:*'],
    ['exec:2', 'exec:1'],
    ['exec:2', 'exec:3'],
    ['secret:a', 'secret:ab'],
    ['job:submit', 'secret:submit'],
    ['fs:/**', 'cam:front'],
  ] as const
  for (const [granted, wanted] of covering) assert.equal(coversResource(found(granted), found(wanted)), true, wanted)
  for (const [granted, wanted] of apart) assert.equal(coversResource(found(granted), found(wanted)), false, wanted)
})

function found(text: string): Resource {
  return findResource(text) ?? assert.fail('no resource: ' + text)
}
