/** J and K go down and up in a list of rows, Enter opens one; works without the mouse and while a row is open. */
import { useEffect, useState } from 'react';

/** What the keys act on. */
export interface RowKeys {
  /** ids of the rows in order */
  ids: readonly string[];
  /** id of the row that is open; moving opens the next one then */
  openId: string | null;
  onOpen: (id: string) => void;
  /** called when a row gets the selection, so that a moving list can stop */
  onMove?: () => void;
  /** keys of the list's own */
  others?: Readonly<Record<string, () => void>>;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function isBusyElsewhere(key: KeyboardEvent): boolean {
  return isTyping(key.target) || key.ctrlKey || key.metaKey || key.altKey || key.defaultPrevented;
}

const steps: Readonly<Record<string, number>> = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 };

/** How far the key goes in the list; arrows count only on a row, elsewhere they scroll. */
function stepOf(key: KeyboardEvent): number | undefined {
  const isOnRow = key.target instanceof HTMLElement && key.target.id.startsWith(rowElementId(''));
  return key.key.startsWith('Arrow') && !isOnRow ? undefined : steps[key.key];
}

/** Id of the element that takes the focus of a row. */
export function rowElementId(id: string): string {
  return `row-${id}`;
}

/** The selected row, and how to select one. */
export function useRowKeys({ ids, openId, onOpen, onMove, others }: RowKeys): [selected: string | null, select: (id: string) => void] {
  const [selected, setSelected] = useState<string | null>(null);
  useEffect(() => {
    const move = (step: number): void => {
      const at = ids.indexOf(openId ?? selected ?? '');
      const next = ids[at < 0 ? 0 : Math.max(0, Math.min(ids.length - 1, at + step))];
      if (next === undefined) return;
      setSelected(next);
      onMove?.();
      if (openId !== null) onOpen(next);
      document.getElementById(rowElementId(next))?.focus();
    };
    const onKey = (key: KeyboardEvent): void => {
      if (isBusyElsewhere(key)) return;
      const own = others?.[key.key];
      const step = stepOf(key);
      if (step === undefined && own === undefined) return;
      key.preventDefault();
      if (own !== undefined) own();
      else move(step ?? 0);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [ids, openId, selected, onOpen, onMove, others]);
  return [selected, setSelected];
}
