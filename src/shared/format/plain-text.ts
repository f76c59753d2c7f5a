/** Text from outside made fit to be shown: no control characters, not longer than its place. */

const cutMark = ' [...]';

/** `text` in one line of at most `most` characters. */
export function oneLine(text: string, most: number): string {
  return cut(text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim(), most);
}

/** `text` with its line breaks and tabs, and at most `most` characters. */
export function plainText(text: string, most: number): string {
  return cut(text.replaceAll('\r\n', '\n').replace(/[^\P{Cc}\n\t]/gu, ' '), most);
}

function cut(text: string, most: number): string {
  const whole = text.toWellFormed();
  return whole.length <= most ? whole : `${whole.slice(0, most - cutMark.length).toWellFormed()}${cutMark}`;
}
