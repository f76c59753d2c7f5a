/** Text tables for people: numbers right, text left, wide and combining characters measured as terminals draw them. */

/** A column of a text table. */
export interface TableColumn {
  name: string;
  isNumber: boolean;
}

/** The table as lines of text. Cells must already be text. */
export function textTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[], maxCellWidth = 60): string {
  const cut = rows.map((row) => row.map((cell) => cutText(oneLine(cell), maxCellWidth)));
  const widths = columns.map((column, i) => Math.max(displayWidth(column.name), ...cut.map((row) => displayWidth(row[i] ?? '')), 1));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => pad(cell, widths[i] ?? 0, columns[i]?.isNumber === true))
      .join('  ')
      .trimEnd();
  return [line(columns.map(({ name }) => name)), widths.map((width) => '─'.repeat(width)).join('  '), ...cut.map(line)].join('\n') + '\n';
}

function pad(text: string, width: number, isRight: boolean): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return isRight ? space + text : text + space;
}

/** Control characters would move the cursor or colour the terminal: a table shows them as `·`. */
function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '·');
}

function cutText(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let cut = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += graphemeWidth(segment);
    if (used > width - 1) break;
    cut += segment;
  }
  return `${cut}…`;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Columns that `text` takes on a terminal. */
export function displayWidth(text: string): number {
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
}

function graphemeWidth(grapheme: string): number {
  if (/^\p{Mark}+$/u.test(grapheme)) return 0;
  const isWide =
    /\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\uff01-\uff60\u3000-\u303e]/u.test(
      grapheme,
    );
  return isWide ? 2 : 1;
}
