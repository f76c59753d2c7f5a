/** What a sender is told when the spool could not be written. */
import { Problem } from '../../../shared/model/errors.ts';

const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** DISK_FULL where there is no room, INTERNAL for any other error of the disk; both may be tried again. */
export function writeProblem(error: unknown): Problem {
  if (fullCodes.has((error as NodeJS.ErrnoException).code ?? '')) {
    const message = 'The disk that holds the spool is full, so nothing of this request was kept. Free some space, then send it again.';
    return new Problem('DISK_FULL', message, { retryAfterSeconds: 10 }, error);
  }
  const message = 'The spool could not be written, so nothing of this request was kept. Send it again.';
  return new Problem('INTERNAL', message, { retryAfterSeconds: 5 }, error);
}
