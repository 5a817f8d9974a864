import ts from 'typescript'
import { wiring } from './arrows.ts'
import { type Finding, findingAt, nodesOf, type Source } from './source.ts'

/** What fails wherever it stands. */
export function findBadHabits(source: Source): readonly Finding[] {
  return [...nodesOf(source.tree)].flatMap((node) => {
    const message = complain(source, node)
    return message === undefined ? [] : [findingAt(source, node, message)]
  })
}

function complain(source: Source, node: ts.Node): string | undefined {
  if (ts.isExportDeclaration(node) && !node.exportClause) return '`export *` hides what a file gives'
  if (isDefaultExport(node) && !source.path.endsWith('.config.ts')) return 'a default export has no name to look for'
  if (ts.isCallExpression(node)) return complainOfCall(source, node)
  if (isOutsideWiring(source) && namesEnvironment(node))
    return 'only the main.ts of a program reads the environment or exits'
  return undefined
}

function complainOfCall(source: Source, call: ts.CallExpression): string | undefined {
  const called = call.expression.getText(source.tree)
  const [first] = call.arguments
  if (/^(mock\.module|\w+\.mock\.module|vi\.mock|jest\.mock)$/.test(called) && first && ts.isStringLiteralLike(first)) {
    if (/^(\.|@cloudos\/)/.test(first.text)) return 'own modules are not mocked: pass a real fake'
  }
  if (called === 'JSON.parse' && !source.isTest && !isInsideParser(call))
    return 'JSON.parse stands in a decode* or parse* function'
  return undefined
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true
  const isMarked =
    ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)
  return isMarked === true || (ts.isExportSpecifier(node) && node.name.text === 'default')
}

function isOutsideWiring({ path, room, isTest }: Source): boolean {
  return !isTest && !wiring.includes(path) && room !== 'scripts' && !path.endsWith('.config.ts')
}

function namesEnvironment(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node))
    return /^(process|globalThis\.process)\.(env|exit)$|^import\.meta\.env$/.test(node.getText())
  return (
    ts.isImportDeclaration(node) &&
    /^['"](node:)?process['"]$/.test(node.moduleSpecifier.getText()) &&
    /\b(env|exit)\b/.test(node.importClause?.namedBindings?.getText() ?? '')
  )
}

function isInsideParser(node: ts.Node): boolean {
  return !ts.isSourceFile(node) && (/^(decode|parse)/.test(nameOfFunction(node)) || isInsideParser(node.parent))
}

function nameOfFunction(node: ts.Node): string {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) return node.name?.getText() ?? ''
  if (ts.isVariableDeclaration(node) && node.initializer && ts.isArrowFunction(node.initializer))
    return node.name.getText()
  return ''
}
