/** Reads scenarios: text files that load events, ask questions and say what the answers are. How to write one: README.md beside. */
import type { Event, Json } from '../../src/shared/model/event.ts';
import { eventAt, type Link } from '../fixtures/event-rows.ts';

/** What a question must be answered with. */
export interface Expectation {
  line: number;
  query: unknown;
  columns: string[] | null;
  rows: string[][];
  totals: string[] | null;
  compared: string[][] | null;
  /** the code and a part of the message of a refusal */
  refused: { code: string; message: string } | null;
}

/** A parsed scenario file. */
export interface Scenario {
  nowMs: number;
  events: Event[];
  links: Link[];
  expectations: Expectation[];
}

const idFields = ['id', 'user', 'anonymous', 'session'] as const;

/** The scenario that `text` spells. @throws Error that names the line */
export function parseScenario(text: string): Scenario {
  const scenario: Scenario = { nowMs: 0, events: [], links: [], expectations: [] };
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string;
    if (line.trim() === '' || line.startsWith('#')) continue;
    const start = at + 1;
    const block: string[] = [];
    while (lines[at + 1]?.startsWith('  ') === true) block.push((lines[++at] as string).trim());
    const [, word = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(line) ?? [];
    try {
      readStep(scenario, word, rest, block, start);
    } catch (error) {
      throw new Error(`line ${start}: ${(error as Error).message}`, { cause: error });
    }
  }
  return scenario;
}

function readStep(scenario: Scenario, word: string, rest: string, block: readonly string[], line: number): void {
  const last = scenario.expectations.at(-1);
  if (word === 'now') scenario.nowMs = Date.parse(rest);
  else if (word === 'events') scenario.events.push(...block.map(parseEvent));
  else if (word === 'link') {
    const [alias = '', person = ''] = rest.split(/\s+/);
    scenario.links.push({ alias, person, timeMs: scenario.links.length });
  } else if (word === 'ask') {
    scenario.expectations.push({
      line,
      query: JSON.parse([rest, ...block].join('\n')),
      columns: null,
      rows: [],
      totals: null,
      compared: null,
      refused: null,
    });
  } else if (last === undefined) throw new Error(`"${word}" before any "ask"`);
  else if (word === 'expect') [last.columns, last.rows] = [cellsOf(rest), block.map(cellsOf)];
  else if (word === 'totals') last.totals = cellsOf(rest);
  else if (word === 'compared') last.compared = block.map(cellsOf);
  else if (word === 'refused') last.refused = { code: rest.split(' ')[0] ?? '', message: rest.split(' ').slice(1).join(' ') };
  else throw new Error(`"${word}" is no step of a scenario`);
}

/** `2024-03-31T00:30Z purchase user=ann amount=10 note="two words"` */
function parseEvent(line: string): Event {
  const [time = '', name = '', ...pairs] = line.match(/(?:[^\s"[{]|"[^"]*"|\[[^\]]*\]|\{.*\})+/g) ?? [];
  const event = eventAt(time, name);
  if (Number.isNaN(event.timeMs)) throw new Error(`"${time}" is no time`);
  for (const pair of pairs) {
    const key = pair.slice(0, pair.indexOf('='));
    const value = pair.slice(pair.indexOf('=') + 1);
    const id = idFields.find((field) => field === key);
    if (id === undefined) event.properties[key] = jsonOrText(value);
    else event[id] = value;
  }
  return event;
}

function jsonOrText(value: string): Json {
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}

function cellsOf(line: string): string[] {
  return line.split('|').map((cell) => cell.trim());
}

/** A cell as scenarios write it: `-` for null, `others` for the rest, text as it is. */
export function cellText(cell: unknown): string {
  if (cell === null) return '-';
  if (typeof cell === 'object' && 'others' in (cell as object)) return 'others';
  return typeof cell === 'string' ? cell : JSON.stringify(cell);
}
