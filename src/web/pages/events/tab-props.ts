/** What each tab of Events is given. */
import type { EventsSearch } from '../../data/events-search.ts';

/** The address, and a way to change parts of it. */
export interface TabProps {
  search: EventsSearch;
  /** `isStep`: one step in the browser's history, so that Back undoes it */
  change: (part: Partial<EventsSearch>, isStep?: boolean) => void;
}
