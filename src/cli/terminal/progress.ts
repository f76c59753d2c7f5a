/** The progress bar of long work: one line on a terminal, nothing in a pipe. */

/** Shows how far a piece of work is. */
export interface Progress {
  /** `done` of `total` (null: not known), and a few words such as `events`; drawn at most ten times a second */
  show(state: ProgressState): void;
  /** removes the bar from the screen */
  clear(): void;
}

/** How far a piece of work is. */
export interface ProgressState {
  label: string;
  /** 0..1, null where the end is not known */
  ratio: number | null;
  /** how many of `unit` are done */
  count: number;
  unit: string;
  startedAt: number;
}

interface Screen {
  isShown: boolean;
  width: number;
  write(text: string): void;
  now(): number;
}

const drawEveryMs = 100;

/** A progress bar on `screen`. */
export function createProgress(screen: Screen): Progress {
  let drawnAt = 0;
  let isDrawn = false;
  return {
    show(state) {
      const now = screen.now();
      if (!screen.isShown || now - drawnAt < drawEveryMs) return;
      drawnAt = now;
      isDrawn = true;
      screen.write(`\r\u001b[2K${progressLine(state, now, screen.width)}`);
    },
    clear() {
      if (isDrawn) screen.write('\r\u001b[2K');
      isDrawn = false;
    },
  };
}

/** One line such as `import [#####-----]  50 %  34,000 events  12,000/s  3 s left`, cut to `width`. */
export function progressLine(state: ProgressState, now: number, width: number): string {
  const elapsedS = Math.max((now - state.startedAt) / 1000, 0.001);
  const count = `${wholeNumber.format(state.count)} ${state.unit}`;
  const speed = `${wholeNumber.format(Math.round(state.count / elapsedS))}/s`;
  if (state.ratio === null) return `${state.label}  ${count}  ${speed}`.slice(0, width - 1);
  const ratio = Math.min(1, Math.max(0, state.ratio));
  const barWidth = 20;
  const filled = Math.round(ratio * barWidth);
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}]`;
  const left = ratio > 0.02 && elapsedS > 1 ? `  ${duration((elapsedS / ratio) * (1 - ratio))} left` : '';
  return `${state.label} ${bar} ${String(Math.floor(ratio * 100)).padStart(3)} %  ${count}  ${speed}${left}`.slice(0, width - 1);
}

const wholeNumber = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Seconds in words: `8 s`, `3 min`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
