import { createRequire } from 'node:module'
import { Ajv } from 'ajv'

/** An exchange with GitHub, as it went over the wire. */
export interface Exchange {
  readonly method: string
  /** As GitHub describes it, its parameters in braces. */
  readonly route: string
  readonly request: unknown
  readonly status: number
  readonly response: unknown
}

export interface GithubDescription {
  /** What of the exchange is not as GitHub describes it; empty when all is. */
  complaints(exchange: Exchange): readonly string[]
  /** An answer that GitHub gives as its example. */
  example(name: string): Readonly<Record<string, unknown>>
}

const FILE = '@octokit/openapi/generated/api.github.com.json'

/** GitHub's own description of its interface; `undefined` where it has not been installed. */
export function findGithubDescription(): GithubDescription | undefined {
  const require = createRequire(new URL('../../../descriptions/package.json', import.meta.url))
  let described: unknown
  try {
    described = require(FILE)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true })
  ajv.addSchema({ $id: 'github', ...asRecord(described) })
  const at = (...path: readonly string[]): unknown =>
    path.reduce<unknown>((value, key) => asRecord(value)[key], described)

  /** Follows one reference: answers that many operations share are kept apart. */
  function place(...path: readonly string[]): readonly string[] {
    const reference = asRecord(at(...path))['$ref']
    return typeof reference === 'string' ? reference.slice(2).split('/') : path
  }

  function check(what: string, value: unknown, path: readonly string[]): readonly string[] {
    const pointer = [...path, 'content', 'application/json', 'schema']
    if (at(...path, 'content') === undefined)
      return value === undefined || value === '' ? [] : [`${what}: a body, where none is described`]
    const $ref = `github#/${pointer.map(escaped).join('/')}`
    const validate = ajv.getSchema($ref) ?? ajv.compile({ $ref })
    if (validate(value) === true) return []
    return (validate.errors ?? []).map(({ instancePath, message }) => `${what}${instancePath}: ${message ?? ''}`)
  }

  return {
    complaints({ method, route, request, status, response }) {
      const operation = ['paths', route, method.toLowerCase()]
      if (at('paths', route) === undefined || at(...operation) === undefined)
        return [`${method} ${route}: not described`]
      const answer = place(...operation, 'responses', String(status))
      const name = `${method} ${route}`
      const asked = at(...operation, 'requestBody')
      const sent =
        asked === undefined
          ? request === undefined
            ? []
            : [`${name}: a body, where none is described`]
          : check(`${name} request`, request, [...operation, 'requestBody'])
      // Every operation may answer with the errors of the whole interface.
      if (at(...answer) === undefined)
        return [...sent, ...(EVERYWHERE.has(status) ? [] : [`${name}: ${String(status)} is not described`])]
      return [...sent, ...check(`${name} ${String(status)}`, response, answer)]
    },
    example: (name) => asRecord(at('components', 'examples', name, 'value')),
  }
}

/** Not modified, bad credentials, rate limits, faults of the servers. */
const EVERYWHERE: ReadonlySet<number> = new Set([304, 401, 403, 404, 429, 500, 502, 503])

function escaped(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
