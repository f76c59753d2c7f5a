/** Every route of the contract, found in the contract itself: a new one is attacked without anybody thinking of it. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Route } from '../../src/shared/contract/route.ts';
import { projectFolder } from '../fixtures/source-tree.ts';

/** All routes of src/shared/contract, by operation. */
export async function contractRoutes(): Promise<Map<string, Route>> {
  const folder = join(projectFolder, 'src/shared/contract');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const modules = await Promise.all(names.map((name) => import(join(folder, name)) as Promise<Record<string, unknown>>));
  const routes = modules.flatMap((module) => Object.values(module).flat()).filter(isRoute);
  return new Map(routes.map((route) => [route.operation, route]));
}

function isRoute(value: unknown): value is Route {
  return typeof value === 'object' && value !== null && 'operation' in value && 'path' in value && 'access' in value;
}
