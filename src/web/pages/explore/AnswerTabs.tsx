/** What stands under the picture: the same figures as a table, the SQL that was run, and how the answer came to be. */
import { Tabs } from '@mantine/core';
import type { ReactNode } from 'react';
import { formatCount, formatDuration, formatNumber, formatShare } from '../../../shared/format/number.ts';
import { formatInstant } from '../../../shared/format/time.ts';
import type { Lineage, Result } from '../../../shared/model/result.ts';
import type { Twin } from '../../charts/twin.ts';
import { TwinTable } from '../../panels/TwinTable.tsx';
import { CopyButton } from '../../ui/CopyButton.tsx';
import classes from './ExplorePage.module.css';
import { masksWords, rowsWords } from './limits-words.ts';

/** Names of the tabs, as they stand in addresses. */
export const answerTabs = ['table', 'sql', 'lineage'] as const;
/** One of {@link answerTabs}. */
export type AnswerTab = (typeof answerTabs)[number];

interface AnswerTabsProps {
  result: Result;
  /** null where the picture itself is the table */
  twin: Twin | null;
  tab: AnswerTab;
  onTab: (tab: AnswerTab) => void;
}

/** The tabs. */
export function AnswerTabs({ result, twin, tab, onTab }: AnswerTabsProps): ReactNode {
  return (
    <Tabs
      value={twin === null && tab === 'table' ? 'sql' : tab}
      onChange={(value) => onTab(answerTabs.find((one) => one === value) ?? 'table')}
      keepMounted={false}
    >
      <Tabs.List aria-label="Behind the picture">
        {twin !== null && <Tabs.Tab value="table">Table</Tabs.Tab>}
        <Tabs.Tab value="sql">SQL</Tabs.Tab>
        <Tabs.Tab value="lineage">Lineage</Tabs.Tab>
      </Tabs.List>
      {twin !== null && (
        <Tabs.Panel value="table" className={classes.behind ?? ''}>
          <TwinTable twin={twin} maxHeight={420} />
        </Tabs.Panel>
      )}
      <Tabs.Panel value="sql" className={classes.behind ?? ''}>
        <pre className={classes.sql} tabIndex={0} aria-label="SQL">
          {result.lineage.sql}
        </pre>
        <CopyButton text={result.lineage.sql} label="Copy the SQL" />
      </Tabs.Panel>
      <Tabs.Panel value="lineage" className={classes.behind ?? ''}>
        <LineageList lineage={result.lineage} rows={result.rows.length} />
      </Tabs.Panel>
    </Tabs>
  );
}

const cacheWords = {
  hit: 'answered from the cache',
  partial: 'closed buckets from the cache, the rest asked',
  miss: 'asked anew',
  stale: 'the last known answer, because the warehouse did not answer',
} as const;

/** What of the rows and columns was kept from whoever asked. */
function limitFacts({ limits }: Lineage): [string, ReactNode][] {
  if (limits === undefined) return [];
  return [['Rows', rowsWords(limits)], ...(limits.masks.length === 0 ? [] : [['Masked', masksWords(limits)] as [string, ReactNode]])];
}

function LineageList({ lineage, rows }: { lineage: Lineage; rows: number }): ReactNode {
  const { range, cache, staleMs, approximate } = lineage;
  const facts: [name: string, fact: ReactNode][] = [
    ['Holds', `everything received up to ${formatInstant(lineage.watermark, range.timezone)}`],
    [
      'Range',
      `${formatInstant(range.from, range.timezone)} to ${formatInstant(range.to, range.timezone)} (end excluded), ${range.timezone}`,
    ],
    ['Grain', lineage.grain ?? 'none: one figure per group'],
    ['Exactness', approximate === undefined ? 'exact' : `approximate, within ${formatShare(approximate.errorBound)}`],
    ['Cache', staleMs > 0 ? `${cacheWords[cache]}, ${formatDuration(staleMs)} old` : cacheWords[cache]],
    [
      'Cost',
      `${formatCount(lineage.rowsRead, 'row')} read in ${formatDuration(lineage.elapsedMs)} for ${formatNumber(rows)} rows of answer`,
    ],
    ['Policy', lineage.policy],
    ...limitFacts(lineage),
    ...lineage.definitions.map((one): [string, ReactNode] => [
      one.metric,
      <code key={one.metric}>{`${one.formula} (version ${one.version})`}</code>,
    ]),
    ['Query', <code key="id">{lineage.queryId}</code>],
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(([name, fact]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{fact}</dd>
        </div>
      ))}
    </dl>
  );
}
