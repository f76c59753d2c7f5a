/** Tells whether the engine refused rows for what they hold, or could not take any rows at the moment. */
import { Problem } from '../../../shared/model/errors.ts';
import { WarehouseError } from '../../ports/warehouse.ts';

/** 'data': these rows will never be taken; 'trouble': any rows would fail now; 'unclear': try again, then look for bad rows. */
export type RefusalKind = 'data' | 'trouble' | 'unclear';

/** ClickHouse 26 errors about values: text, numbers, dates, types, nulls, sizes, depth, constraints. */
const dataCodes = new Set([
  6, 15, 25, 26, 27, 38, 41, 53, 69, 70, 72, 117, 128, 130, 131, 248, 306, 321, 349, 376, 386, 407, 441, 467, 469, 563, 632, 645, 675, 676,
  691, 760,
]);

/** ClickHouse 26 errors about tables, settings, rights, files, connections, load and replicas, whatever the rows are. */
const troubleCodes = new Set([
  16, 60, 74, 75, 76, 77, 81, 95, 96, 107, 115, 164, 173, 192, 193, 194, 195, 198, 199, 201, 203, 204, 214, 218, 225, 236, 244, 252, 254,
  279, 285, 286, 289, 290, 291, 294, 297, 319, 364, 373, 384, 410, 415, 416, 439, 452, 472, 473, 481, 495, 497, 499, 500, 568, 571, 574,
  586, 668, 677, 692, 700, 720, 733, 734, 738, 745, 749, 762, 763, 774, 776, 777, 778, 904, 999,
]);

/** What an error of an insert says about its rows. */
export function refusalKind(error: unknown): RefusalKind {
  if (error instanceof WarehouseError) {
    if (dataCodes.has(error.engineCode)) return 'data';
    return troubleCodes.has(error.engineCode) ? 'trouble' : 'unclear';
  }
  return error instanceof Problem && error.code === 'QUERY_OVER_BUDGET' ? 'unclear' : 'trouble';
}
