/** From package.json, put in by the build. */
declare const __VERSION__: string

/** Where the browser has Trusted Types: what turns an address into one that a worker may be started from. */
interface ScriptUrlPolicy {
  readonly createScriptURL: (url: string) => string
}
declare const trustedTypes:
  | { createPolicy(name: string, rules: { readonly createScriptURL: (url: string) => string }): ScriptUrlPolicy }
  | undefined
