/** The frame of every panel: a title, what it shows, its tools, and one of four states. */
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconChartLine, IconTable } from '@tabler/icons-react';
import { useId, useState } from 'react';
import type { ReactNode } from 'react';
import type { Twin } from '../charts/twin.ts';
import { Skeleton } from '../ui/Skeleton.tsx';
import classes from './Panel.module.css';
import type { PanelState } from './panel-state.ts';
import { PanelBoundary } from './PanelBoundary.tsx';
import { TwinTable } from './TwinTable.tsx';

/** What a panel is made of. */
export interface PanelProps {
  title: string;
  /** makes the title lead somewhere, such as to the question behind the panel */
  titleLink?: ((title: string) => ReactNode) | undefined;
  /** one quiet line: what is counted, or why this panel is here */
  about?: ReactNode;
  state: PanelState;
  onRetry?: () => void;
  /** offered beside the reason of an empty panel, such as a wider range */
  emptyAction?: ReactNode;
  /** the same figures as a table; made when it is asked for */
  twin?: (() => Twin) | undefined;
  tools?: ReactNode;
  /** height of the picture; it is kept in every state, so nothing jumps */
  heightPx?: number;
  children: ReactNode;
}

/** The panel. */
export function Panel({ title, titleLink, about, state, onRetry, emptyAction, twin, tools, heightPx, children }: PanelProps): ReactNode {
  const [isTable, setIsTable] = useState(false);
  const id = useId();
  const hasTwin = twin !== undefined && state.is === 'data';
  const toggleLabel = isTable ? 'Show the picture' : 'Show as a table';
  return (
    <article className={classes.panel} aria-labelledby={id} aria-busy={state.is === 'loading'}>
      <div className={classes.head}>
        <div className={classes.heading}>
          <h2 id={id} className={classes.title} dir="auto" title={title}>
            {titleLink?.(title) ?? title}
          </h2>
          {about !== undefined && <p className={classes.about}>{about}</p>}
        </div>
        <div className={classes.tools}>
          {hasTwin && (
            <Tooltip label={toggleLabel}>
              <ActionIcon size="sm" aria-label={`${toggleLabel}: ${title}`} aria-pressed={isTable} onClick={() => setIsTable(!isTable)}>
                {isTable ? <IconChartLine size={16} stroke={1.5} /> : <IconTable size={16} stroke={1.5} />}
              </ActionIcon>
            </Tooltip>
          )}
          {tools}
        </div>
      </div>
      <div className={classes.body} style={heightPx === undefined ? undefined : { minHeight: heightPx }}>
        {state.is === 'loading' && <Skeleton height="100%" />}
        {state.is === 'empty' && <EmptyMessage why={state.why} action={emptyAction} />}
        {state.is === 'error' && <ErrorMessage state={state} onRetry={onRetry} />}
        {state.is === 'data' && (
          <div className={classes.picture} data-dimmed={state.isRefreshing || undefined}>
            <PanelBoundary key={String(isTable)} onRetry={onRetry}>
              {isTable && hasTwin ? <TwinTable twin={twin()} maxHeight={Math.max(240, heightPx ?? 0)} /> : children}
            </PanelBoundary>
          </div>
        )}
      </div>
      {state.is === 'data' && state.problem !== null && (
        <div className={classes.strip} role="status">
          <strong>{state.problem.title}</strong>
          <span>You see the last answer. {state.problem.message}</span>
          <span className="bw-mono">{state.problem.code}</span>
          {onRetry !== undefined && <RetryButton onRetry={onRetry} />}
        </div>
      )}
    </article>
  );
}

function EmptyMessage({ why, action }: { why: string; action: ReactNode }): ReactNode {
  return (
    <div className={classes.message}>
      <span>{why}</span>
      {action}
    </div>
  );
}

function ErrorMessage({ state, onRetry }: { state: Extract<PanelState, { is: 'error' }>; onRetry: (() => void) | undefined }): ReactNode {
  return (
    <div className={classes.message} role="alert">
      <strong>{state.problem.title}</strong>
      <span>{state.problem.message}</span>
      <span className="bw-mono">{state.problem.code}</span>
      {onRetry !== undefined && <RetryButton onRetry={onRetry} />}
    </div>
  );
}

function RetryButton({ onRetry }: { onRetry: () => void }): ReactNode {
  return (
    <Button variant="default" size="compact-sm" onClick={onRetry}>
      Ask again
    </Button>
  );
}
