import assert from 'node:assert/strict'
import { test } from 'node:test'
import { githubApiUrl, githubSpelling, parseGithubAddress } from './github-address.ts'

test('a token goes to github.com, to another GitHub over https, or to this machine, and nowhere else', () => {
  assert.equal(githubApiUrl(parseGithubAddress('robin/copies')), undefined)
  assert.equal(
    githubApiUrl(parseGithubAddress('https://git.example.org/robin/copies')),
    'https://git.example.org/api/v3',
  )
  assert.equal(githubApiUrl(parseGithubAddress('http://127.0.0.1:8080/robin/copies')), 'http://127.0.0.1:8080/api/v3')
  for (const where of [
    'http://git.example.org/a/b',
    'https://token@github.com/a/b',
    'a',
    'a/b/c',
    'a/..',
    '//evil.example/a',
  ])
    assert.throws(() => parseGithubAddress(where), { code: 'bad-address' }, where)
  assert.equal(githubSpelling(parseGithubAddress('https://github.com/robin/copies.git')), 'robin/copies')
})
