/** What a verification came to: how far the seal reaches, and what is wrong where. */
import type { ReactNode } from 'react';
import { formatCount, formatDuration, formatExact } from '../../../../../shared/format/number.ts';
import { formatAgo, formatInstant } from '../../../../../shared/format/time.ts';
import type { Verification } from '../../../../data/admin/audit.ts';
import { useNow } from '../../../../data/clock.ts';
import { preferredZone } from '../../../../data/period.ts';
import { Badge } from '../../../../ui/page/Badge.tsx';
import { RowTable } from '../../../../ui/page/RowTable.tsx';
import { findingPlace, findingWords } from '../audit-words.ts';
import classes from './Verify.module.css';

/** The figures under the headline. */
export function VerificationFacts({ verification }: { verification: Verification }): ReactNode {
  const nowMs = useNow();
  const { chains, unsealed, durationMs, givenHeads, verifiedAt } = verification;
  const heads = chains.reduce((sum, chain) => sum + chain.heads, 0);
  const oldestHead = chains.reduce<string | null>(
    (oldest, { lastHeadAt }) => (lastHeadAt !== null && (oldest === null || lastHeadAt < oldest) ? lastHeadAt : oldest),
    null,
  );
  const only = chains.length === 1 ? chains[0] : undefined;
  return (
    <dl className={classes.facts}>
      {only === undefined ? (
        <Figure name="Logs" value={formatExact(chains.length)} note="of workspaces and the installation" />
      ) : (
        <Figure
          name="Sealed to"
          value={only.sealedTo === 0 ? 'not yet' : `entry ${formatExact(only.sealedTo)}`}
          note={only.sealedTo === 0 ? 'the first head is signed within a minute' : 'no change before it can be hidden'}
        />
      )}
      <Figure
        name="Not sealed yet"
        value={formatCount(unsealed, 'entry', 'entries')}
        note={unsealed === 0 ? 'the seal covers everything' : 'sealed within a minute; until then not proven'}
      />
      <Figure
        name="Signed heads"
        value={formatExact(heads)}
        note={oldestHead === null ? 'none so far' : `the newest ${formatAgo(oldestHead, nowMs)}`}
      />
      {givenHeads !== null && <Figure name="Your heads" value={`${formatExact(givenHeads)} match`} note="those that you kept elsewhere" />}
      <Figure name="Took" value={formatDuration(durationMs)} note={formatInstant(verifiedAt, preferredZone())} />
    </dl>
  );
}

function Figure({ name, value, note }: { name: string; value: string; note: string }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <span className={classes.value}>{value}</span>
        <span className={classes.note}>{note}</span>
      </dd>
    </div>
  );
}

/** What is wrong, and where. */
export function VerificationFindings({ verification }: { verification: Verification }): ReactNode {
  const { findings, moreFindings } = verification;
  return (
    <div className={classes.findings}>
      <RowTable
        caption="Findings"
        rows={findings}
        keyOf={({ workspaceId, of, what, from, to }) => `${workspaceId} ${of} ${what} ${from} ${to}`}
        nameOf={findingPlace}
        columns={[
          { label: 'Where', isShort: true, cell: findingPlace },
          { label: 'What', isShort: true, cell: ({ what }) => <Badge tone="bad">{findingWords[what] ?? what}</Badge> },
          { label: 'In words', cell: ({ message }) => message },
          { label: 'Proof', isShort: true, cell: ({ isSealed }) => (isSealed ? 'covered by a signed head' : 'not sealed') },
        ]}
      />
      {moreFindings > 0 && <p className={classes.below}>and {formatCount(moreFindings, 'more finding')} beyond those listed.</p>}
    </div>
  );
}
