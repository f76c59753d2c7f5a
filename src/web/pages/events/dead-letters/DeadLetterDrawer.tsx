/** The drawer of one dead letter: the reason, where it came from, and the body as it came. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { DeadLetter } from '../../../../shared/contract/events.ts';
import { formatZone } from '../../../../shared/format/time.ts';
import { deadLetterQuery } from '../../../data/events.ts';
import { toServerProblem } from '../../../data/http.ts';
import { CopyButton } from '../../../ui/CopyButton.tsx';
import { Notice } from '../../../ui/Notice.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { fullClock } from '../clock-text.ts';
import detail from '../detail/Detail.module.css';
import { Drawer } from '../detail/Drawer.tsx';
import { Fact, Facts } from '../detail/Facts.tsx';
import { JsonView } from '../detail/JsonView.tsx';
import { readableBody, reasonTitle } from './reasons.ts';

interface DeadLetterDrawerProps {
  openKey: string;
  zone: string;
  onClose: () => void;
  onPrevious: (() => void) | undefined;
  onNext: (() => void) | undefined;
}

/** The drawer. */
export function DeadLetterDrawer({ openKey, zone, onClose, onPrevious, onNext }: DeadLetterDrawerProps): ReactNode {
  const { data: letter, error, refetch } = useQuery(deadLetterQuery(openKey));
  const title = letter === undefined ? 'Dead letter' : reasonTitle(letter.reason);
  return (
    <Drawer label={`Dead letter: ${title}`} title={title} onClose={onClose} onPrevious={onPrevious} onNext={onNext}>
      {letter !== undefined && <Letter letter={letter} zone={zone} />}
      {letter === undefined && error === null && <Skeleton height={220} />}
      {letter === undefined && error !== null && <LetterProblem error={error} onRetry={() => void refetch()} />}
    </Drawer>
  );
}

function Letter({ letter, zone }: { letter: DeadLetter; zone: string }): ReactNode {
  const readable = readableBody(letter.body);
  return (
    <>
      <Notice tone="warning" title={letter.message} />
      <Facts>
        <Fact name="Received">
          {fullClock(letter.received, zone)} <span className="bw-quiet">{formatZone(zone, Date.parse(letter.received))}</span>
        </Fact>
        <Fact name="Received, UTC">
          <code>{letter.received}</code>
        </Fact>
        <Fact name="Reason">
          <code>{letter.reason}</code>
        </Fact>
        <Fact name="Name">{letter.name}</Fact>
        <Fact name="Source">{letter.source}</Fact>
        {letter.importId !== '' && <Fact name="Import">{letter.importId}</Fact>}
      </Facts>
      <div className={detail.section}>
        <h3>Body as it came</h3>
        <CopyButton text={letter.body} label="Copy as it came" />
      </div>
      {letter.body === '' ? <p className="bw-quiet">It was empty.</p> : <JsonView text={readable} label="The body of the dead letter" />}
      {letter.isBodyCut && <p className="bw-quiet bw-small">The body was longer; its first 64 KiB were kept.</p>}
    </>
  );
}

function LetterProblem({ error, onRetry }: { error: unknown; onRetry: () => void }): ReactNode {
  const problem = toServerProblem(error);
  const isGone = problem.status === 404;
  return (
    <Notice
      tone={isGone ? 'info' : 'error'}
      title={isGone ? 'This dead letter is not here any more' : problem.title}
      actions={
        isGone ? undefined : (
          <Button variant="default" size="compact-md" onClick={onRetry}>
            Ask again
          </Button>
        )
      }
    >
      {isGone ? 'Dead letters are deleted after a while; the ledger still counts it.' : problem.message} <code>{problem.code}</code>
    </Notice>
  );
}
