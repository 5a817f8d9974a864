import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { blobAnswer, commitAnswer, errorAnswer, refAnswer, treeAnswer } from './answers.ts'
import type { GithubDescription } from './description.ts'
import { createGitRepository, NoSuchObject } from './git-repository.ts'
import type { GitRepository } from './git-repository.ts'

/** A request as a test sees it. */
export interface Asked {
  readonly method: string
  readonly route: string
  readonly bodyBytes: number
  /** Of the answer; `undefined` while there is none. */
  status?: number
}

/** What befalls a request instead of its answer, or after it was carried out. */
export type Mishap =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers?: Record<string, string>
      readonly message?: string
    }
  | { readonly kind: 'lost-request' }
  | { readonly kind: 'lost-answer' }
  | { readonly kind: 'broken-answer' }

/** One private repository of a GitHub on loopback. */
export interface FakeGithub extends AsyncDisposable {
  readonly apiUrl: string
  readonly token: string
  readonly repository: { readonly owner: string; readonly repo: string }
  readonly git: GitRepository
  readonly asked: readonly Asked[]
  /** What was not as GitHub describes it. */
  readonly complaints: readonly string[]
  isPrivate: boolean
  /** What comes with the answer about the repository itself. */
  repositoryHeaders: Readonly<Record<string, string>>
  mayWrite: boolean
  /** Trees with more entries are cut off, as GitHub does with very large ones. */
  treeEntriesMax: number
  mishap: (asked: Asked) => Mishap | undefined
}

const TOKEN = 'github_pat_for_the_tests'
const REPO = '/repos/{owner}/{repo}'
/** What GitHub documents for pages of other origins. */
const FOR_PAGES = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'ETag, Link, Location, Retry-After, X-OAuth-Scopes, X-RateLimit-Remaining',
}

interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

interface Call {
  readonly method: string
  readonly route: string
  /** The last part of the path, which may hold slashes. */
  readonly name: string
  readonly query: URLSearchParams
  readonly body: Record<string, unknown>
}

export async function startFakeGithub(description?: GithubDescription): Promise<FakeGithub> {
  const git = createGitRepository()
  const asked: Asked[] = []
  const complaints: string[] = []
  const server = createServer((request, response) => {
    void serve(request, response)
  })
  const port = await listen(server)

  const github: FakeGithub = {
    apiUrl: `http://127.0.0.1:${String(port)}`,
    token: TOKEN,
    repository: { owner: 'somebody', repo: 'copies' },
    git,
    asked,
    complaints,
    isPrivate: true,
    repositoryHeaders: {},
    mayWrite: true,
    treeEntriesMax: 100_000,
    mishap: () => undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return github

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await bodyOf(request)
    const { method = 'GET', headers } = request
    if (method === 'OPTIONS') return reply(response, { status: 204, headers: PREFLIGHT })
    const url = new URL(request.url ?? '/', github.apiUrl)
    const { route, name } = routeOf(decodeURIComponent(url.pathname))
    const one: Asked = { method, route, bodyBytes: text.length }
    asked.push(one)
    const mishap = github.mishap(one)
    if (mishap?.kind === 'lost-request') return void request.socket.destroy()
    if (mishap?.kind === 'answer') {
      const { status, headers: own = {}, message = 'A fault of the test' } = mishap
      return reply(response, { status, headers: own, body: errorAnswer(status, message) })
    }
    const parsed: unknown = text === '' ? undefined : JSON.parse(text)
    const isKnown = headers.authorization === `token ${TOKEN}`
    const call = { method, route, name, query: url.searchParams, body: isRecord(parsed) ? parsed : {} }
    const answer = isKnown ? answerTo(call) : { status: 401, body: errorAnswer(401, 'Bad credentials') }
    complaints.push(...(description?.complaints({ method, route, request: parsed, status: answer.status, response: answer.body }) ?? [])) // prettier-ignore
    if (mishap?.kind === 'lost-answer') return void request.socket.destroy()
    if (mishap?.kind === 'broken-answer') return breakOff(response, answer)
    const last = withEtag(answer, headers['if-none-match'])
    one.status = last.status
    reply(response, last)
  }

  function answerTo(call: Call): Answer {
    try {
      return act(call)
    } catch (error) {
      if (error instanceof NoSuchObject) return { status: 404, body: errorAnswer(404, 'Not Found') }
      throw error
    }
  }

  function act(call: Call): Answer {
    const { method, route, name } = call
    if (route === REPO) return { status: 200, body: repositoryAnswer(), headers: github.repositoryHeaders }
    if (route === `${REPO}/contents/{path}`) return firstFile()
    if (git.isEmpty) return { status: 409, body: errorAnswer(409, 'Git Repository is empty.') }
    switch (`${method} ${route.slice(REPO.length + '/git/'.length)}`) {
      case 'GET matching-refs/{ref}':
        return { status: 200, body: git.refs(`refs/${name}`).map(({ ref, sha }) => refAnswer(ref, sha)) }
      case 'POST refs': {
        const { ref, sha } = stringsOf(call.body)
        const isMade = git.createRef(ref ?? '', sha ?? '')
        return isMade ? { status: 201, body: refAnswer(ref ?? '', sha ?? '') } : refused('Reference already exists')
      }
      case 'PATCH refs/{ref}': {
        const { sha = '' } = stringsOf(call.body)
        const isMoved = git.forwardRef(`refs/${name}`, sha)
        return isMoved ? { status: 200, body: refAnswer(`refs/${name}`, sha) } : refused('Update is not a fast forward')
      }
      case 'DELETE refs/{ref}':
        return git.deleteRef(`refs/${name}`) ? { status: 204 } : { status: 422 }
      case 'GET commits/{commit_sha}':
        return { status: 200, body: commitAnswer(name, git.commit(name)) }
      case 'POST commits':
        return makeCommit(call.body)
      case 'GET trees/{tree_sha}':
        return readTree(name, call.query.has('recursive'))
      case 'POST trees':
        return makeTree(call.body)
      case 'GET blobs/{file_sha}':
        return { status: 200, body: blobAnswer(name, git.file(name)) }
      default:
        return { status: 404, body: errorAnswer(404, 'Not Found') }
    }
  }

  function makeCommit(body: Record<string, unknown>): Answer {
    const { tree = '', message = '' } = stringsOf(body)
    const author = isRecord(body['author']) ? stringsOf(body['author']) : {}
    const { name = '', email = '', date } = author
    const parents = Array.isArray(body['parents']) ? body['parents'].map(String) : []
    const sha = git.makeCommit({ tree, message, parents, author: { name, email, ...(date && { date }) } })
    return { status: 201, body: commitAnswer(sha, git.commit(sha)) }
  }

  function readTree(sha: string, isRecursive: boolean): Answer {
    const entries = git.tree(sha, isRecursive)
    const isCut = isRecursive && entries.length > github.treeEntriesMax
    return { status: 200, body: treeAnswer(sha, isCut ? entries.slice(0, github.treeEntriesMax) : entries, isCut) }
  }

  function makeTree(body: Record<string, unknown>): Answer {
    const { base_tree: base } = stringsOf(body)
    const items = Array.isArray(body['tree']) ? body['tree'].filter(isRecord) : []
    const changes = items.map((item) => {
      const { path = '', mode = '', content } = stringsOf(item)
      return { path, mode, content: content === undefined ? undefined : Buffer.from(content) }
    })
    const here = new Set(base === undefined ? [] : git.tree(base, true).map(({ path }) => path))
    if (changes.some(({ path, content }) => content === undefined && !here.has(path)))
      return refused('GitRPC::BadObjectState')
    const sha = git.makeTree(base, changes)
    return { status: 201, body: treeAnswer(sha, git.tree(sha, false)) }
  }

  function firstFile(): Answer {
    const tree = git.makeTree(undefined, [{ path: 'README.md', mode: '100644', content: Buffer.from('here') }])
    const author = { name: 'Somebody', email: 'somebody@example.org' }
    const isFirst = git.createRef('refs/heads/main', git.makeCommit({ tree, parents: [], message: 'first', author }))
    if (!isFirst) return refused('Invalid request.\n\n"sha" wasn\'t supplied.')
    return { status: 201, body: description?.example('file-commit-example-for-creating-a-file') ?? {} }
  }

  function repositoryAnswer(): unknown {
    const rights = { admin: false, push: github.mayWrite, pull: true }
    const example = description?.example('full-repository-default-response') ?? {}
    // GitHub's own example lacks a field that its schema wants.
    const source = { ...example, language: null }
    return { ...source, source, private: github.isPrivate, archived: false, permissions: rights }
  }
}

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, POST, PATCH, PUT, DELETE',
  'access-control-allow-headers': 'Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since, Accept-Encoding, X-GitHub-OTP, X-Requested-With, User-Agent, GraphQL-Features, X-Github-Next-Global-ID', // prettier-ignore
}

function refused(message: string): Answer {
  return { status: 422, body: errorAnswer(422, message) }
}

const ROUTES: readonly (readonly [RegExp, string])[] = [
  [/^\/contents\/(.+)$/, '/contents/{path}'],
  [/^\/git\/matching-refs\/(.+)$/, '/git/matching-refs/{ref}'],
  [/^\/git\/refs\/(.+)$/, '/git/refs/{ref}'],
  [/^\/git\/commits\/(.+)$/, '/git/commits/{commit_sha}'],
  [/^\/git\/trees\/(.+)$/, '/git/trees/{tree_sha}'],
  [/^\/git\/blobs\/(.+)$/, '/git/blobs/{file_sha}'],
]

/** Under its own host, or below `/api/v3` as on a GitHub of one's own. */
function routeOf(path: string): { readonly route: string; readonly name: string } {
  const rest = path.replace(/^(?:\/api\/v3)?\/repos\/[^/]+\/[^/]+/, '')
  for (const [pattern, route] of ROUTES) {
    const found = pattern.exec(rest)
    if (found !== null) return { route: REPO + route, name: found[1] ?? '' }
  }
  return { route: REPO + rest, name: '' }
}

function withEtag(answer: Answer, known: string | undefined): Answer {
  if (answer.status !== 200) return answer
  const etag = `W/"${createHash('sha256').update(JSON.stringify(answer.body)).digest('hex')}"`
  return known === etag ? { status: 304, headers: { etag } } : { ...answer, headers: { ...answer.headers, etag } }
}

function reply(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  const json = body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }
  response.writeHead(status, { ...FOR_PAGES, ...json, ...headers })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}

/** The first half, and then nothing. */
function breakOff(response: ServerResponse, { status, body }: Answer): void {
  const text = JSON.stringify(body ?? {})
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': text.length })
  response.write(text.slice(0, text.length / 2), () => response.destroy())
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function stringsOf(record: Record<string, unknown>): Partial<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(record).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}
