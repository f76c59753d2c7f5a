/** Much leaves at once. */
import { recentSums } from '../recent.ts';
import type { Detector } from '../finding.ts';

const windowMs = 60 * 60_000;
/** within an hour, by one person or key */
const limits = { rows: 1_000_000, exports: 20 };

/** More rows or more exports within an hour than a report needs. */
export function massExport(): Detector {
  const rows = recentSums(windowMs);
  const exports = recentSums(windowMs);
  return {
    kind: 'mass-export',
    look: (sighting) => {
      if (sighting.what !== 'call' || sighting.outcome !== 'done' || !sighting.operation.startsWith('export')) return null;
      const { subject, workspaceId, atMs } = sighting;
      const key = `${workspaceId} ${subject.kind} ${subject.id}`;
      const hour = { rows: rows.add(key, atMs, sighting.rows), exports: exports.add(key, atMs) };
      if (hour.rows < limits.rows && hour.exports < limits.exports) return null;
      const title = `${hour.exports} ${hour.exports === 1 ? 'export' : 'exports'} with ${hour.rows} rows within an hour.`;
      return { kind: 'mass-export', workspaceId, subject, severity: 'high', title, evidence: hour };
    },
  };
}
