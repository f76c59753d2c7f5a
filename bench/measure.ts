/** What the benchmarks share: quantiles, tables, processes, memory. */
import { fork } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The `q` quantile (0..1) of `values`, nearest rank; NaN of none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

/** The median of `values`. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** `rows` as a Markdown table under `header`. */
export function markdownTable(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** `value` with about three significant digits. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

/** Sends `order` to the process at `file` (beside this one) and resolves with its one answer. */
export function askProcess<Order extends object, Report>(file: string, order: Order): Promise<Report> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL(file, import.meta.url)), { execArgv: ['--disable-warning=ExperimentalWarning'] });
    child.once('message', (report) => resolve(report as Report));
    child.once('error', reject);
    child.once('exit', (code) => code !== 0 && reject(new Error(`${file} stopped with ${code}`)));
    child.send(order);
  });
}

/** Memory in bytes of process `pid` and all its descendants (Linux): proportional set sizes, so that pages they share count once. */
export function residentBytes(pid: number): number {
  const parents = new Map<number, number>();
  const resident = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      parents.set(Number(name), Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0));
      const rollup = readFileSync(`/proc/${name}/smaps_rollup`, 'utf8');
      resident.set(Number(name), Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) * 1024);
    } catch {
      // the process ended while we looked
    }
  }
  const isBelow = (child: number): boolean => child === pid || (parents.has(child) && child > 1 && isBelow(parents.get(child) ?? 0));
  return [...resident].filter(([child]) => isBelow(child)).reduce((sum, [, bytes]) => sum + bytes, 0);
}
