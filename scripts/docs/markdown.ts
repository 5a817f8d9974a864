/** The little of Markdown that the checks read. Lines count from 1. */

export interface CodeLine {
  readonly text: string
  readonly line: number
}

export interface Link {
  readonly target: string
  readonly line: number
}

export interface Row {
  readonly cells: readonly string[]
  readonly line: number
}

export interface Table {
  readonly header: readonly string[]
  readonly rows: readonly Row[]
}

/** The commands of all fenced blocks marked `sh`: without comments, with continued lines joined. */
export function shellCommandsOf(text: string): readonly CodeLine[] {
  const commands: CodeLine[] = []
  let joined = ''
  for (const { text: code, line } of fencedLinesOf(text, 'sh')) {
    joined += code.replace(/(^|\s)#.*$/, '').trim()
    if (joined.endsWith('\\')) joined = joined.slice(0, -1)
    else {
      if (joined !== '') commands.push({ text: joined, line })
      joined = ''
    }
  }
  return commands
}

export function linksOf(text: string): readonly Link[] {
  return proseLinesOf(text).flatMap(({ text: prose, line }) =>
    [...withoutCode(prose).matchAll(/\]\(<?([^()\s>]+)>?(?:\s+"[^"]*")?\)/g)].map((match) => ({
      target: match[1] ?? '',
      line,
    })),
  )
}

/** As GitHub names them: a repeated heading gets -1, -2 … */
export function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>()
  for (const { text: prose } of proseLinesOf(text)) {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(prose)?.[1]
    if (heading === undefined) continue
    const slug = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
      .replaceAll(/\s/g, '-')
    let anchor = slug
    for (let twin = 1; anchors.has(anchor); twin++) anchor = `${slug}-${twin}`
    anchors.add(anchor)
  }
  return anchors
}

export function tablesOf(text: string): readonly Table[] {
  const tables: { header: readonly string[]; rows: Row[] }[] = []
  let previous: Row | undefined
  let current: { header: readonly string[]; rows: Row[] } | undefined
  for (const { text: prose, line } of proseLinesOf(text)) {
    const row = /^\s*\|.*\|\s*$/.test(prose) ? { cells: cellsOf(prose), line } : undefined
    if (row === undefined) current = undefined
    else if (current) current.rows.push(row)
    else if (previous?.line === line - 1 && row.cells.every((cell) => /^:?-+:?$/.test(cell))) {
      current = { header: previous.cells, rows: [] }
      tables.push(current)
    }
    previous = row
  }
  return tables
}

/** What stands in backticks; two or more of them may hold a single one. */
export function inlineCodeOf(text: string): readonly string[] {
  return [...text.matchAll(/(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/g)].map((match) => (match[2] ?? '').trim())
}

function cellsOf(row: string): readonly string[] {
  return row
    .trim()
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'))
}

function withoutCode(prose: string): string {
  return prose.replaceAll(/(`+)(?!`).+?(?<!`)\1(?!`)/g, '')
}

function fencedLinesOf(text: string, language: string): readonly CodeLine[] {
  return sortLines(text).fenced.filter((line) => line.language === language)
}

function proseLinesOf(text: string): readonly CodeLine[] {
  return sortLines(text).prose
}

interface SortedLines {
  readonly prose: readonly CodeLine[]
  readonly fenced: readonly (CodeLine & { readonly language: string })[]
}

function sortLines(text: string): SortedLines {
  const prose: CodeLine[] = []
  const fenced: (CodeLine & { language: string })[] = []
  let fence: { mark: string; language: string } | undefined
  for (const [index, content] of text.split('\n').entries()) {
    const [, mark, language = ''] = /^\s*(`{3,}|~{3,})\s*(\S*)/.exec(content) ?? []
    if (fence) {
      if (mark?.startsWith(fence.mark) && language === '') fence = undefined
      else fenced.push({ text: content, line: index + 1, language: fence.language })
    } else if (mark) fence = { mark, language }
    else prose.push({ text: content, line: index + 1 })
  }
  return { prose, fenced }
}
