/** The command palette: go anywhere, run an action, without the mouse. */
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Modal } from '../../ui/Modal.tsx';
import { PickList } from '../../ui/PickList.tsx';
import type { Option } from '../../ui/pick.ts';
import { places } from './places.ts';
import { useActions } from './use-actions.ts';

interface Command extends Option {
  run: () => void;
}

/** The palette, open; it closes itself once something was picked. */
export function Palette({ onClose }: { onClose: () => void }): ReactNode {
  const navigate = useNavigate();
  const { setTheme, leave } = useActions();
  const commands: Command[] = [
    ...places.map((place) => ({
      value: place.path,
      label: place.label,
      hint: place.about,
      group: 'Go to',
      run: () => void navigate({ to: place.path }),
    })),
    {
      value: 'dead-letters',
      label: 'Dead letters',
      hint: 'Events that were rejected, and why',
      group: 'Go to',
      run: () => void navigate({ to: '/events', search: { tab: 'dead-letters' } as never }),
    },
    {
      value: 'ledger',
      label: 'Ingest ledger',
      hint: 'Does everything add up?',
      group: 'Go to',
      run: () => void navigate({ to: '/events', search: { tab: 'ledger' } as never }),
    },
    { value: 'light', label: 'Use the light theme', group: 'Do', run: () => setTheme('light') },
    { value: 'dark', label: 'Use the dark theme', group: 'Do', run: () => setTheme('dark') },
    { value: 'auto', label: 'Use the theme of the system', group: 'Do', run: () => setTheme('auto') },
    {
      value: 'copy',
      label: 'Copy the address of this view',
      hint: 'Restores exactly what you see',
      group: 'Do',
      run: () => void navigator.clipboard?.writeText(location.href),
    },
    { value: 'docs', label: 'Open the API reference', group: 'Do', run: () => void window.open('/api/docs', '_blank', 'noopener') },
    { value: 'leave', label: 'Sign out', group: 'Do', run: leave },
  ];
  const pick = (value: string): void => {
    onClose();
    commands.find((command) => command.value === value)?.run();
  };
  return (
    <Modal label="Go to or do" onClose={onClose}>
      <PickList label="Go to a place or run an action" options={commands} onPick={pick} />
    </Modal>
  );
}
