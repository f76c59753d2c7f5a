/** A JSON value in full, indented, its parts told apart by colour. */
import { useMemo } from 'react';
import type { ReactNode } from 'react';
import classes from './Detail.module.css';

/** Longer texts are shown in one colour: a thousand parts help nobody. */
const colouredLength = 60_000;
const tokenPattern = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

interface Part {
  text: string;
  kind: 'plain' | 'key' | 'string' | 'literal';
}

/** The parts of `json`, in order; joined they are `json` again. */
export function jsonParts(json: string): Part[] {
  if (json.length > colouredLength) return [{ text: json, kind: 'plain' }];
  const parts: Part[] = [];
  let at = 0;
  for (const match of json.matchAll(tokenPattern)) {
    const text = match[1] ?? match[0];
    if (match.index > at) parts.push({ text: json.slice(at, match.index), kind: 'plain' });
    parts.push({ text, kind: match[1] === undefined ? 'literal' : match[2] === undefined ? 'string' : 'key' });
    at = match.index + text.length;
  }
  parts.push({ text: json.slice(at), kind: 'plain' });
  return parts;
}

/** The value; `label` names it. */
export function JsonView({ text, label }: { text: string; label: string }): ReactNode {
  const parts = useMemo(() => jsonParts(text), [text]);
  return (
    <pre className={classes.json} tabIndex={0} role="group" aria-label={label}>
      <code>
        {parts.map((part, at) => (
          <span key={at} data-kind={part.kind === 'plain' ? undefined : part.kind}>
            {part.text}
          </span>
        ))}
      </code>
    </pre>
  );
}
