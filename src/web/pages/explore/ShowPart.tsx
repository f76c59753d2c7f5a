/** How the answer is shown: one press each, with a word beside every icon. */
import { IconCalendarWeek, IconChartArea, IconChartBar, IconChartLine, IconHash, IconListNumbers, IconTable } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { showings } from '../../data/question.ts';
import type { Showing } from '../../data/question.ts';
import classes from './Sentence.module.css';
import { showingWords } from './words.ts';

const icons = {
  line: IconChartLine,
  area: IconChartArea,
  bar: IconChartBar,
  number: IconHash,
  ranking: IconListNumbers,
  heatmap: IconCalendarWeek,
  table: IconTable,
} as const;

/** The choices. */
export function ShowPart({ show, onChange }: { show: Showing; onChange: (show: Showing) => void }): ReactNode {
  return (
    <div className={classes.showings}>
      {showings.map((one) => {
        const Icon = icons[one];
        return (
          <button key={one} type="button" className={classes.showing} aria-pressed={one === show} onClick={() => onChange(one)}>
            <Icon size={16} stroke={1.5} aria-hidden="true" />
            {showingWords[one]}
          </button>
        );
      })}
    </div>
  );
}
