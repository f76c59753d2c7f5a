/** The way from a figure to the question behind it. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Period } from '../data/period.ts';
import { questionSearch } from '../data/question.ts';
import type { Question } from '../data/question.ts';

/** Words that lead to their question in Explore. */
export function ExploreLink({ question, period, children }: { question: Question; period: Period; children: ReactNode }): ReactNode {
  return (
    <Link to="/explore" search={{ ...questionSearch(question), ...period }}>
      {children}
    </Link>
  );
}
