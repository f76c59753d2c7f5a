/** The OpenAPI 3.1 document of the contract, made from the routes themselves. */
import { z } from 'zod';
import { csrfHeader } from '../../shared/contract/identity.ts';
import type { Access, Route } from '../../shared/contract/route.ts';
import { problemTable } from '../../shared/model/errors.ts';

type JsonSchema = Record<string, unknown>;

function securityOf(access: Access): object[] {
  if (access === 'public') return [];
  if (access === 'signed-in') return [{ session: [] }];
  if (access === 'events:write') return [{ writeKey: [] }, { writeKeyBasic: [] }];
  return [{ apiKey: [] }, { session: [] }];
}

/** Schemas that others refer to, by name. */
type Components = Record<string, JsonSchema>;

/** The schema of `type`; what it defines for itself, because it is recursive, goes into `components` under `name`. */
function schemaOf(type: z.ZodType, io: 'input' | 'output', name: string, components: Components): JsonSchema {
  const made = z.toJSONSchema(type, { target: 'draft-2020-12', unrepresentable: 'any', io }) as JsonSchema;
  const nameOf = (key: string) => `${name}-${io}${key.replace('__schema', '-')}`;
  const text = JSON.stringify(made).replace(/"#\/\$defs\/([^"]+)"/g, (_, key: string) => `"#/components/schemas/${nameOf(key)}"`);
  const { $schema: _, $defs = {}, ...schema } = JSON.parse(text) as JsonSchema & { $defs?: Components };
  for (const [key, definition] of Object.entries($defs)) components[nameOf(key)] = definition;
  return schema;
}

function parametersOf(route: Route, where: 'path' | 'query', components: Components): JsonSchema[] {
  const type = where === 'path' ? route.params : route.query;
  if (type === undefined) return [];
  const schema = schemaOf(type, 'input', `${route.operation}-${where}`, components) as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || (schema.required ?? []).includes(name),
    schema: property,
  }));
}

function bodyOf({ body, bodyTypes = {}, operation }: Route, components: Components): JsonSchema | undefined {
  if (body === undefined) return undefined;
  const others = Object.entries(bodyTypes).map(([type, description]) => [type, { schema: { type: 'string', description } }] as const);
  const schema = schemaOf(body, 'input', operation, components);
  return { required: true, content: { 'application/json': { schema }, ...Object.fromEntries(others) } };
}

function operationOf(route: Route, components: Components): JsonSchema {
  const { answer, operation } = route;
  const content = answer === undefined ? {} : { 'application/json': { schema: schemaOf(answer, 'output', operation, components) } };
  const body = bodyOf(route, components);
  return {
    operationId: route.operation,
    summary: route.summary,
    tags: [route.tag],
    security: securityOf(route.access),
    parameters: [...parametersOf(route, 'path', components), ...parametersOf(route, 'query', components)],
    ...(body === undefined ? {} : { requestBody: body }),
    responses: {
      200: { description: 'Done.', content },
      default: {
        description: 'A problem document.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'retryable'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(problemTable) },
    detail: { type: 'string' },
    retryable: { type: 'boolean' },
  },
};

/** The document for `routes`. */
export function openApiDocument(routes: readonly Route[], version: string): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  const components: Components = { Problem: problemSchema };
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, components) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Bellwether',
      version,
      description: 'Events in, live answers out. Errors are RFC 9457 problem documents with a stable `code`.',
    },
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        writeKey: { type: 'http', scheme: 'bearer', description: 'A write key.' },
        writeKeyBasic: { type: 'http', scheme: 'basic', description: 'A write key as user name, no password.' },
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key.' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'bellwether.session_token',
          description: `Calls other than GET also need the header ${csrfHeader}, with the "csrf" that GET /api/session answers.`,
        },
      },
    },
  };
}
