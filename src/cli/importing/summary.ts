/** What an import says at its end: counts that balance, what was rejected and why, and how to take it back. */
import type { Sent } from './send-file.ts';

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** The summary as lines of text: read = accepted + duplicates + rejected. */
export function describeSent(name: string, sent: Sent, seconds: number): string {
  const { counts, id } = sent.finished;
  const n = (value: number) => grouped.format(value);
  const speed = seconds > 0 ? `, ${n(counts.read / seconds)}/s` : '';
  const lines = [
    `${name}: ${n(counts.read)} read = ${n(counts.accepted)} accepted + ${n(counts.duplicates)} duplicates + ${n(counts.rejected)} rejected (${seconds.toFixed(1)} s${speed})`,
  ];
  for (const [reason, count] of Object.entries(counts.reasons)) lines.push(`  rejected ${n(count)}: ${reason}`);
  for (const { record, reason } of sent.samples) lines.push(`  record ${n(record)}: ${reason}`);
  for (const [column, count] of sent.mistyped)
    lines.push(`  note: ${n(count)} cells of ${column} did not fit its type and were kept as text`);
  lines.push(`  to take it back: bellwether import --undo ${id}`);
  return lines.join('\n');
}
