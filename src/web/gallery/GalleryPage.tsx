/** Every panel kind with every awkward shape of data: a page for developers, and what regression tests look at. */
import { SegmentedControl, useMantineColorScheme } from '@mantine/core';
import type { ReactNode } from 'react';
import { formatChange } from '../../shared/format/number.ts';
import { twinOf } from '../charts/twin.ts';
import { ServerProblem } from '../data/http.ts';
import { Feed } from '../panels/kinds/FeedPanel.tsx';
import { NumberPicture } from '../panels/kinds/NumberPanel.tsx';
import { Picture } from '../panels/kinds/Picture.tsx';
import { Panel } from '../panels/Panel.tsx';
import classes from './GalleryPage.module.css';
import { Parts } from './Parts.tsx';
import { galleryNowMs, sampleActivities, samples } from './samples.ts';
import type { Sample } from './samples.ts';

const problem = new ServerProblem({
  code: 'QUERY_TIMEOUT',
  status: 408,
  title: 'The question took too long',
  detail: 'It ran for 30 s. Narrow the range or the filters.',
  retryable: true,
});
const settled = { is: 'data', isRefreshing: false, problem: null } as const;
const noop = (): void => {};

function States(): ReactNode {
  const number = (
    <NumberPicture
      value={1284}
      unit={null}
      note="events in the last minute"
      change={formatChange(1284, 1143)}
      isUpGood
      trend={{ values: [3, 5, 4, 8, 9, 7, 12, 4], fillingIndex: 7 }}
    />
  );
  return (
    <div className={classes.numbers}>
      <Panel title="Loading" state={{ is: 'loading' }} heightPx={110}>
        {number}
      </Panel>
      <Panel title="Empty" state={{ is: 'empty', why: 'No events in the last 24 hours. The newest is from 2 March.' }} heightPx={110}>
        {number}
      </Panel>
      <Panel title="Error" state={{ is: 'error', problem }} onRetry={noop} heightPx={110}>
        {number}
      </Panel>
      <Panel title="Data" state={settled} heightPx={110}>
        {number}
      </Panel>
      <Panel title="Refreshing" state={{ ...settled, isRefreshing: true }} heightPx={110}>
        {number}
      </Panel>
      <Panel title="Data with a problem" state={{ ...settled, problem }} onRetry={noop} heightPx={110}>
        {number}
      </Panel>
    </div>
  );
}

function Numbers(): ReactNode {
  const numbers = [
    {
      title: 'Money',
      value: 14_230.5,
      unit: 'EUR',
      note: 'against yesterday',
      change: formatChange(14_230.5, 12_000),
      trend: { values: [1, 4, 2, 6], before: [2, 3, 3, 4], fillingIndex: 3 },
    },
    { title: 'Missing', value: null, unit: null, note: 'nothing known' },
    {
      title: 'Negative',
      value: -1_234_567,
      unit: null,
      note: 'against yesterday',
      change: formatChange(-5, 100),
      isUpGood: true,
      trend: { values: [1, -4, null, -6], fillingIndex: null },
    },
    { title: 'Huge', value: 9.87e21, unit: null, note: 'bytes', trend: { values: [1], fillingIndex: null } },
    { title: 'A duration', value: 2140, unit: 'ms', note: 'against last week', change: formatChange(2140, 1800), isUpGood: false },
    { title: 'From zero', value: 3, unit: 'signups', note: 'against yesterday', change: formatChange(3, 0) },
  ];
  return (
    <div className={classes.numbers}>
      {numbers.map(({ title, ...number }) => (
        <Panel key={title} title={title} state={settled} heightPx={110}>
          <NumberPicture {...number} />
        </Panel>
      ))}
    </div>
  );
}

function SamplePanel({ sample }: { sample: Sample }): ReactNode {
  const isAdditive = sample.isAdditive ?? true;
  return (
    <Panel title={sample.title} state={settled} heightPx={220} twin={() => twinOf(sample.result, sample.title, galleryNowMs)}>
      <Picture
        kind={sample.kind}
        result={sample.result}
        label={sample.title}
        nowMs={galleryNowMs}
        isAdditive={isAdditive}
        isCount={isAdditive}
      />
    </Panel>
  );
}

/** The gallery. */
export function GalleryPage(): ReactNode {
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  return (
    <main className={classes.gallery}>
      <div className={classes.head}>
        <h1>Gallery</h1>
        <SegmentedControl
          value={colorScheme}
          onChange={(scheme) => setColorScheme(scheme as 'light' | 'dark' | 'auto')}
          data={['light', 'dark', 'auto']}
          aria-label="Theme"
        />
      </div>
      <States />
      <Numbers />
      <div className={classes.samples}>
        {samples.map((sample) => (
          <SamplePanel key={sample.title} sample={sample} />
        ))}
        <Panel title="Activity" state={settled} heightPx={220}>
          <Feed activities={sampleActivities} zone="UTC" />
        </Panel>
        <Panel title="A panel that breaks" state={settled} heightPx={220} onRetry={noop}>
          <Breaking />
        </Panel>
      </div>
      <Parts />
    </main>
  );
}

function Breaking(): ReactNode {
  throw new Error('The picture met a value it cannot draw');
}
