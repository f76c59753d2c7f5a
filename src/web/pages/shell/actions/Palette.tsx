/** The command palette: go anywhere, ask a question, run an action, without the mouse. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Session } from '../../../../shared/contract/identity.ts';
import type { CatalogAnswer } from '../../../../shared/contract/catalog.ts';
import { formatCount } from '../../../../shared/format/number.ts';
import { catalogQuery } from '../../../data/catalog.ts';
import { fieldName, firstQuestion, questionSearch } from '../../../data/question.ts';
import type { Question } from '../../../data/question.ts';
import { Modal } from '../../../ui/Modal.tsx';
import { PickList } from '../../../ui/PickList.tsx';
import type { Option } from '../../../ui/pick.ts';
import { pagesFor } from '../../settings/settings-pages.ts';
import { useLook } from '../looking/use-look.ts';
import { placesFor } from '../places.ts';
import { useActions } from './use-actions.ts';

interface Command extends Option {
  run: () => void;
}

const eventViews = [
  { tab: 'dead-letters', label: 'Dead letters', hint: 'Events that were rejected, and why' },
  { tab: 'ledger', label: 'Ingest ledger', hint: 'Does everything add up?' },
] as const;

/** Questions about every event and property that is known. */
function questions(catalog: CatalogAnswer | undefined, ask: (question: Question) => void): Command[] {
  const events = (catalog?.events ?? []).map(({ name, count }): Command => ({
    value: `event ${name}`,
    label: `How often: ${name}`,
    hint: formatCount(count, 'event'),
    group: 'Ask',
    run: () => ask({ ...firstQuestion, filters: [{ field: 'name', operator: 'is', values: [name] }], compare: 'previous' }),
  }));
  const properties = (catalog?.properties ?? []).map(({ field, cardinality }): Command => ({
    value: `by ${field}`,
    label: `Events by ${fieldName(field)}`,
    hint: formatCount(cardinality, 'value'),
    group: 'Ask',
    run: () => ask({ ...firstQuestion, by: [field], show: 'ranking' }),
  }));
  return [...events, ...properties];
}

/** The palette, open; it closes itself once something was picked. */
export function Palette({ session, onClose }: { session: Session; onClose: () => void }): ReactNode {
  const navigate = useNavigate();
  const look = useLook();
  const canAsk = session.permissions.includes('events:read');
  const { setTheme, leave } = useActions();
  const { data: catalog } = useQuery({ ...catalogQuery, enabled: canAsk });
  const commands: Command[] = [
    ...placesFor(session.permissions).map((place) => ({
      value: place.path,
      label: place.label,
      hint: place.about,
      group: 'Go to',
      run: () => void navigate({ to: place.path }),
    })),
    ...pagesFor(session.permissions).map((page) => ({
      value: `page ${page.path}`,
      label: page.label,
      hint: 'Settings',
      group: 'Go to',
      run: () => void navigate({ to: page.path }),
    })),
    ...session.workspaces
      .filter(({ id }) => id !== session.workspaceId)
      .map(({ id, name }) => ({
        value: `workspace ${id}`,
        label: `Workspace ${name}`,
        hint: 'Look at it',
        group: 'Go to',
        run: () => look.at(id),
      })),
    ...(canAsk ? eventViews : []).map(({ tab, ...command }) => ({
      ...command,
      value: tab,
      group: 'Go to',
      run: () => void navigate({ to: '/events', search: { tab } }),
    })),
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
    ...questions(catalog, (question) => void navigate({ to: '/explore', search: questionSearch(question) })),
  ];
  const pick = (value: string): void => {
    onClose();
    commands.find((command) => command.value === value)?.run();
  };
  return (
    <Modal label="Go to, ask or do" onClose={onClose}>
      <PickList label="Go to a place, ask about an event, or run an action" options={commands} onPick={pick} />
    </Modal>
  );
}
