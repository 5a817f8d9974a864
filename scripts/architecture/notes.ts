import ts from 'typescript'
import { type Finding, type Source } from './source.ts'

const bannedWords =
  /(Manager|Helper|Util|Utils|Service|Processor|Wrapper|Base|Abstract|Impl|Common|Data|Info|Misc)(?=[A-Z]|$)/
const drawers = /(^|\/)(utils?|helpers?|common|misc|shared|lib|types|index)(\/|\.ts$|\.svelte$)/
const askedLines = 300
const tooManyLines = 450

/** Worth a look, and no failure. */
export function findNotes(sources: readonly Source[]): readonly Finding[] {
  const shipped = sources.filter(({ isTest }) => !isTest)
  return [...shipped.flatMap(noteOf), ...findTwins(shipped.filter(({ room }) => room !== 'scripts'))]
}

function noteOf(source: Source): readonly Finding[] {
  const { path, lineCount } = source
  const names = exportsOf(source).map(({ name }) => name)
  const messages = [
    drawers.test(path.replace(/^[^/]+\/src\//, '')) ? 'is a drawer: name what is in it' : undefined,
    lineCount > tooManyLines
      ? `${lineCount} lines: two rooms in one?`
      : lineCount > askedLines
        ? `${lineCount} lines: is there a reason?`
        : undefined,
    isBarrel(source) ? 'only passes on what others export' : undefined,
    ...names.filter((name) => bannedWords.test(name)).map((name) => `${name} does not say what it is or does`),
  ]
  return messages.filter((message) => message !== undefined).map((message) => ({ path, line: 1, message }))
}

function isBarrel({ tree }: Source): boolean {
  const { statements } = tree
  return (
    statements.length > 0 && statements.every((one) => ts.isExportDeclaration(one) && one.moduleSpecifier !== undefined)
  )
}

/** The same type name given out by two rooms: one concept declared twice, or two concepts under one word. */
function findTwins(sources: readonly Source[]): readonly Finding[] {
  const declared = sources.flatMap((source) =>
    exportsOf(source)
      .filter(({ isType }) => isType)
      .map(({ name }) => ({ name, source })),
  )
  return [...Map.groupBy(declared, ({ name }) => name)].flatMap(([name, twins]) => {
    const rooms = new Set(twins.map(({ source }) => source.room))
    const [first, ...others] = twins.map(({ source }) => source.path)
    if (rooms.size < 2 || first === undefined) return []
    return [{ path: first, line: 1, message: `the type ${name} is also declared in ${others.join(', ')}` }]
  })
}

interface Export {
  readonly name: string
  readonly isType: boolean
}

function exportsOf({ tree }: Source): readonly Export[] {
  return tree.statements.flatMap((statement): readonly Export[] => {
    if (!ts.canHaveModifiers(statement)) return []
    if (!ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return []
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => ({ name: name.getText(tree), isType: false }))
    if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))
      return [{ name: statement.name.text, isType: true }]
    if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement))
      return statement.name ? [{ name: statement.name.text, isType: false }] : []
    return []
  })
}
