/** Many refusals: somebody feels for what is open. */
import { recentSums } from '../recent.ts';
import type { Detector } from '../finding.ts';

const windowMs = 5 * 60_000;
const mostDenials = 20;

/** More than a few denials of one person or key in five minutes. */
export function probing(): Detector {
  const denials = recentSums(windowMs);
  return {
    kind: 'probing',
    look: (sighting) => {
      if (sighting.what !== 'call' || sighting.outcome !== 'denied') return null;
      const { subject, workspaceId, atMs } = sighting;
      const count = denials.add(`${workspaceId} ${subject.kind} ${subject.id}`, atMs);
      if (count < mostDenials) return null;
      const title = `${count} calls were refused within 5 minutes, the last one "${sighting.operation}".`;
      return {
        kind: 'probing',
        workspaceId,
        subject,
        severity: 'medium',
        title,
        evidence: { denials: count, operation: sighting.operation },
      };
    },
  };
}
