/** A piece of code to copy, with what belongs to this workspace set off from the rest. */
import { Fragment } from 'react';
import type { ReactNode } from 'react';
import { CopyButton } from '../../ui/CopyButton.tsx';
import classes from './CodeBlock.module.css';

interface CodeBlockProps {
  /** where the code goes; names the block */
  place: string;
  code: string;
  /** parts of the code that are this workspace's own */
  own: readonly string[];
  tools?: ReactNode;
}

/** `code` cut at every occurrence of one of `own`; the odd pieces are the occurrences. */
function piecesOf(code: string, own: readonly string[]): string[] {
  const escaped = own.map((text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  return code.split(new RegExp(`(${escaped.join('|')})`));
}

/** The block. */
export function CodeBlock({ place, code, own, tools }: CodeBlockProps): ReactNode {
  return (
    <figure className={classes.block}>
      <figcaption className={classes.head}>
        <span className={classes.place}>{place}</span>
        {tools}
        <CopyButton text={code} label="Copy" />
      </figcaption>
      <pre className={classes.code} tabIndex={0} role="group" aria-label={`${place}: code`}>
        <code>
          {piecesOf(code, own).map((piece, at) => (at % 2 === 1 ? <b key={at}>{piece}</b> : <Fragment key={at}>{piece}</Fragment>))}
        </code>
      </pre>
    </figure>
  );
}
