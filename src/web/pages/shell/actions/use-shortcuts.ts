/** Keys that work everywhere: Ctrl or Cmd with K opens the palette, G and a letter goes to a place. */
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { places } from '../places.ts';

/** Within this time of G the second key counts. */
const chordMs = 1_200;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** Listens while mounted. */
export function useShortcuts(onPalette: () => void): void {
  const navigate = useNavigate();
  useEffect(() => {
    let chordEndsAtMs = 0;
    const onKey = (key: KeyboardEvent): void => {
      if ((key.ctrlKey || key.metaKey) && !key.altKey && key.key.toLowerCase() === 'k') {
        key.preventDefault();
        onPalette();
        return;
      }
      if (isTyping(key.target) || key.ctrlKey || key.metaKey || key.altKey) return;
      const place = key.timeStamp < chordEndsAtMs ? places.find((one) => one.key === key.key) : undefined;
      chordEndsAtMs = key.key === 'g' ? key.timeStamp + chordMs : 0;
      if (place !== undefined) void navigate({ to: place.path });
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [navigate, onPalette]);
}
