/** What a detector says, and the shape of a detector. */
import type { WatchKind } from '../../shared/contract/security.ts';
import type { Severity } from '../../shared/model/severity.ts';
import type { Sighting, Subject } from './sighting.ts';

/** Something suspicious. */
export interface Finding {
  kind: WatchKind;
  workspaceId: string;
  subject: Subject;
  severity: Severity;
  /** one sentence: who did what, with the figures */
  title: string;
  /** the figures again, for the incident; no personal data */
  evidence: Record<string, string | number | boolean | null>;
}

/** A detector: pure but for what it remembers. */
export interface Detector {
  kind: WatchKind;
  /** null: nothing suspicious */
  look(sighting: Sighting): Finding | null;
}
