/** Ways from a figure to the question behind it. */
import { ActionIcon, Tooltip } from '@mantine/core';
import { IconTelescope } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Period } from '../data/period.ts';
import { questionSearch } from '../data/question.ts';
import type { Question } from '../data/question.ts';

function searchOf(question: Question, period: Period): never {
  return { ...questionSearch(question), ...period } as never;
}

/** A word that leads to its question. */
export function ExploreWord({ question, period, children }: { question: Question; period: Period; children: ReactNode }): ReactNode {
  return (
    <Link to="/explore" search={searchOf(question, period)}>
      {children}
    </Link>
  );
}

/** The tool of a panel that opens its question in Explore. */
export function ExploreTool({ title, question, period }: { title: string; question: Question; period: Period }): ReactNode {
  return (
    <Tooltip label="Open in Explore">
      <ActionIcon
        size="sm"
        aria-label={`Open in Explore: ${title}`}
        renderRoot={(props) => <Link {...props} to="/explore" search={searchOf(question, period)} />}
      >
        <IconTelescope size={16} stroke={1.5} />
      </ActionIcon>
    </Tooltip>
  );
}
