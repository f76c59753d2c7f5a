/** What was done in answer to an incident, each with its way back. */
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { formatInstant } from '../../../../../shared/format/time.ts';
import { incidentQuery, undoAct } from '../../../../data/admin/incidents.ts';
import type { IncidentStory } from '../../../../data/admin/incidents.ts';
import { preferredZone } from '../../../../data/period.ts';
import { Notice } from '../../../../ui/Notice.tsx';
import classes from './Incident.module.css';

/** What the list takes. */
export interface ActListProps {
  incidentId: string;
  acts: IncidentStory['acts'];
  canManage: boolean;
}

/** The acts. */
export function ActList({ incidentId, acts, canManage }: ActListProps): ReactNode {
  const client = useQueryClient();
  const undo = useMutation({
    mutationFn: (act: string) => undoAct(incidentId, act),
    onSuccess: (story) => client.setQueryData(incidentQuery(incidentId).queryKey, story),
  });
  const zone = preferredZone();
  return (
    <section aria-label="What was done">
      <h3 className={classes.heading}>What was done</h3>
      {acts.length === 0 ? (
        <p className="bw-quiet">Nothing but this note.</p>
      ) : (
        <ul className={classes.acts}>
          {acts.map((act) => (
            <li key={act.id}>
              <div className={classes.act}>
                <div data-undone={act.state === 'undone' || undefined}>{act.title}</div>
                <div className="bw-quiet bw-small">
                  {formatInstant(act.doneAt, zone)}
                  {act.undoneAt !== null && `, taken back ${formatInstant(act.undoneAt, zone)}`}
                </div>
              </div>
              {canManage && act.canUndo && act.state === 'done' && (
                <Button
                  variant="default"
                  size="compact-sm"
                  loading={undo.isPending && undo.variables === act.id}
                  aria-label={`Undo: ${act.title}`}
                  onClick={() => undo.mutate(act.id)}
                >
                  Undo
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {undo.isError && (
        <Notice tone="error" title="It was not taken back">
          {undo.error.message}
        </Notice>
      )}
    </section>
  );
}
