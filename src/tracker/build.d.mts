/** Types of build.mjs. */

/** Builds both scripts into `outFolder`; answers their sizes after gzip, bytes by file name. */
export function buildTracker(outFolder: string): Promise<Record<string, number>>;
