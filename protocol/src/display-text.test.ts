import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDisplayText } from './display-text.ts'

for (const text of ['laptop', 'Büro-Rechner 3', '手机', 'ノートPC', 'مكتب', "Ada's 🖥", '😀 family']) {
  test(`"${text}" may be shown`, () => {
    assert.equal(isDisplayText(text), true)
  })
}

const UNFIT: Readonly<Record<string, string>> = {
  'an empty text': '',
  'a leading space': ' a',
  'a space at the end': 'a ',
  'a NUL': 'a\0',
  'a line break': 'a\nb',
  'an escape sequence': 'a\u001b[2J',
  'a C1 control': 'a\u009b2J',
  'a right-to-left override': 'a\u202eb',
  'an isolate': 'a\u2066b',
  'an Arabic letter mark': 'a\u061cb',
  'a zero-width space': 'a\u200bb',
  'a zero-width joiner': 'a\u200db',
  'a soft hyphen': 'a\u00adb',
  'a word joiner': 'a\u2060b',
  'a byte order mark': '\ufeffa',
  'a variation selector': 'a\ufe0f',
  'a Hangul filler': 'a\u3164b',
  'a line separator': 'a\u2028b',
  'a tag character': 'a\u{e0041}',
  'letters with a loose accent': 'u\u0308',
}

for (const [what, text] of Object.entries(UNFIT)) {
  test(`${what} may not be shown`, () => {
    assert.equal(isDisplayText(text), false)
  })
}
