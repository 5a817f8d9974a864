import ts from 'typescript'
import { nodesOf } from '../architecture/source.ts'

/** One pattern per test in a file's text; what a template fills in may be anything. */
export function testNamePatternsOf(text: string): readonly RegExp[] {
  const tree = ts.createSourceFile('x.test.ts', text, ts.ScriptTarget.ESNext, true)
  return [...nodesOf(tree)].flatMap((node) => {
    const isTest = ts.isCallExpression(node) && /^(test|it|t\.test)(\.\w+)?$/.test(node.expression.getText())
    const parts = isTest ? partsOf(node.arguments[0]) : undefined
    return parts ? [new RegExp(`^${parts.map(escape).join('.*')}$`, 's')] : []
  })
}

function partsOf(name: ts.Expression | undefined): readonly string[] | undefined {
  if (!name) return undefined
  if (ts.isStringLiteralLike(name)) return [name.text]
  // A name from a variable could be any: it proves nothing here.
  return ts.isTemplateExpression(name)
    ? [name.head.text, ...name.templateSpans.map(({ literal }) => literal.text)]
    : undefined
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
