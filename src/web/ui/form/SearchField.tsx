/** A field to search by: it asks once typing rests, and follows when the address changes under it. */
import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';

const restMs = 250;

/** What the field takes. */
export interface SearchFieldProps {
  /** names the field to a screen reader, and stands in it while it is empty */
  label: string;
  value: string;
  /** called with what was typed, without spaces around it */
  onSearch: (text: string) => void;
  maxLength?: number;
}

/** The field. */
export function SearchField({ label, value, onSearch, maxLength = 200 }: SearchFieldProps): ReactNode {
  const [typed, setTyped] = useState(value);
  const [asked, setAsked] = useState(value);
  if (value !== asked) {
    setAsked(value);
    if (value !== typed.trim()) setTyped(value);
  }
  useEffect(() => {
    if (typed.trim() === value) return;
    const timer = setTimeout(() => onSearch(typed.trim()), restMs);
    return () => clearTimeout(timer);
  }, [typed, value, onSearch]);
  return (
    <TextInput
      size="xs"
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={16} stroke={1.5} aria-hidden="true" />}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      autoComplete="off"
      spellCheck={false}
      maxLength={maxLength}
    />
  );
}
