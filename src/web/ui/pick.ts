/** Which options of a picker match what was typed, best first. */

/** Something one can pick. */
export interface Option {
  value: string;
  label: string;
  /** said quietly behind the label */
  hint?: string;
  group?: string;
}

/** At most this many options are drawn; typing narrows them. */
export const optionsShown = 100;

function rank(option: Option, words: readonly string[]): number {
  const label = option.label.toLowerCase();
  const all = `${label} ${option.value.toLowerCase()} ${option.hint?.toLowerCase() ?? ''}`;
  if (!words.every((word) => all.includes(word))) return 0;
  const first = words[0] ?? '';
  if (label.startsWith(first)) return 3;
  return label.includes(first) ? 2 : 1;
}

/** Brings the options of a group together, groups in the order of their best. */
function byGroup(options: readonly Option[]): Option[] {
  const groups = new Map<string | undefined, Option[]>();
  for (const option of options) groups.set(option.group, [...(groups.get(option.group) ?? []), option]);
  return [...groups.values()].flat();
}

/** The options that hold every word of `text`, group by group, those that start with it first, otherwise in their own order. */
export function matching(options: readonly Option[], text: string): Option[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return options.slice(0, optionsShown);
  const found = options
    .map((option, index) => ({ option, index, rank: rank(option, words) }))
    .filter((one) => one.rank > 0)
    .sort((a, b) => b.rank - a.rank || a.index - b.index)
    .slice(0, optionsShown);
  return byGroup(found.map((one) => one.option));
}
