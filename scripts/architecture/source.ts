import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

export interface Import {
  readonly specifier: string
  readonly line: number
}

/** One file of ours, read once for all rules. */
export interface Source {
  /** From the root, with forward slashes. */
  readonly path: string
  readonly room: string
  /** Tests and what only they use are held to the arrows, and let off the rest. */
  readonly isTest: boolean
  readonly tree: ts.SourceFile
  readonly lineCount: number
  readonly imports: readonly Import[]
}

export interface Finding {
  readonly path: string
  readonly line: number
  readonly message: string
}

export function readSources(root: string): readonly Source[] {
  const paths = globSync(['*/src/**/*.{ts,svelte}', '*/*.config.ts', 'scripts/**/*.ts'], {
    cwd: root,
    exclude: ['**/node_modules', '**/dist'],
  })
  return paths.sort().map((path) => sourceFrom(path.replaceAll('\\', '/'), readFileSync(join(root, path), 'utf8')))
}

export function sourceFrom(path: string, text: string): Source {
  const code = path.endsWith('.svelte') ? scriptOf(text) : text
  const tree = ts.createSourceFile(path, code, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS)
  const { importedFiles } = ts.preProcessFile(code, true, true)
  return {
    path,
    room: path.split('/')[0] ?? '',
    isTest: /^e2e\/|\.test\.ts$|\/testing\/|\/suite\//.test(path),
    tree,
    lineCount: text.split('\n').length - 1,
    imports: importedFiles.map(({ fileName, pos }) => ({ specifier: fileName, line: lineAt(tree, pos) })),
  }
}

export function findingAt({ path, tree }: Source, node: ts.Node, message: string): Finding {
  return { path, line: lineAt(tree, node.getStart(tree)), message }
}

/** Every node of the tree, parents before children. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node
  const children: ts.Node[] = []
  ts.forEachChild(node, (child) => {
    children.push(child)
  })
  for (const child of children) yield* nodesOf(child)
}

function lineAt(tree: ts.SourceFile, position: number): number {
  return tree.getLineAndCharacterOfPosition(position).line + 1
}

/** A component's scripts, on the lines where they stand. */
function scriptOf(text: string): string {
  const blanked = (markup: string) => markup.replaceAll(/[^\n]/g, '')
  let code = ''
  let end = 0
  for (const match of text.matchAll(/(<script[^>]*>)([\s\S]*?)<\/script>/g)) {
    const start = match.index + (match[1]?.length ?? 0)
    code += blanked(text.slice(end, start)) + (match[2] ?? '')
    end = start + (match[2]?.length ?? 0)
  }
  return code
}
