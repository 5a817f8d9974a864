/*
 * Control and bidirectional characters, invisible ones, line breaks and tags. The ranges are spelled out instead of \p{…}: two engines with
 * different Unicode tables must not disagree about whether a signed record is valid.
 */
const UNSHOWABLE =
  // eslint-disable-next-line no-control-regex, no-misleading-character-class -- these are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\u{e0000}-\u{e0fff}]/u

/** Text that others will see as a name: it cannot hide, reverse or imitate by invisible means, and it has one spelling (NFC). */
export function isDisplayText(text: string): boolean {
  return text.length > 0 && text === text.trim() && text === text.normalize('NFC') && !UNSHOWABLE.test(text)
}
