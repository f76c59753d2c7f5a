/** A question that tries to be more than a question. */
import type { Detector } from '../finding.ts';

/** Every refused question with SQL in it where none belongs. */
export function sqlEscape(): Detector {
  return {
    kind: 'sql-escape',
    look: (sighting) => {
      if (sighting.what !== 'call' || !sighting.isEscape) return null;
      const { subject, workspaceId, operation } = sighting;
      const title = `A refused question tried to get out of its limits ("${operation}").`;
      return { kind: 'sql-escape', workspaceId, subject, severity: 'high', title, evidence: { operation } };
    },
  };
}

const signs = [
  /;\s*(select|drop|insert|alter|attach|detach|system|set|truncate|optimize|kill)\b/i,
  /\bunion\s+(all\s+|distinct\s+)?select\b/i,
  /\binto\s+outfile\b/i,
  /\b(file|url|s3|remote|remotesecure|cluster|mysql|postgresql|mongodb|jdbc|odbc|executable|hdfs|azureblobstorage|input|merge)\s*\(/i,
  /\bsystem\s*\.\s*\w+/i,
  /(--|#)\s*$/,
  /\/\*.*\*\//s,
];

/** Whether refused text has what only SQL has: a second statement, a table function, a system table, a comment that cuts the rest off. */
export function looksLikeEscape(text: string): boolean {
  return signs.some((sign) => sign.test(text));
}
