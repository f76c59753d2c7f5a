/** Runs an attack on a world of each catalog: SQLite, and a PostgreSQL of the test's own. */
import { afterAll, beforeAll, describe } from 'vitest';
import { postgresMissing, startPrivatePostgres, type PrivatePostgres } from '../fixtures/private-postgres.ts';
import { openWorld, type World } from './world.ts';

/** Describes `attack` for each catalog; `open` gives a new world that is closed at the end. `environment` adds to that of the server. */
export function describeOnEachWorld(
  what: string,
  attack: (open: () => Promise<World>) => void,
  environment: Record<string, string> = {},
): void {
  describe(`${what}, with the catalog on SQLite`, () => {
    attack(closing(() => openWorld(undefined, environment)));
  });
  describe.skipIf(postgresMissing() !== null)(`${what}, with the catalog on PostgreSQL`, () => {
    let postgres: PrivatePostgres;
    beforeAll(async () => {
      postgres = await startPrivatePostgres();
    });
    afterAll(() => postgres?.close());
    attack(closing(async () => openWorld(await postgres.createDatabase(), environment)));
  });
}

/** `open`, whose worlds are closed after the tests of the describe block that this is called in. */
function closing(open: () => Promise<World>): () => Promise<World> {
  const worlds: World[] = [];
  afterAll(async () => {
    for (const world of worlds) await world.close();
  });
  return async () => {
    const world = await open();
    worlds.push(world);
    return world;
  };
}
