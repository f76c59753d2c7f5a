/** The OpenAPI 3.1 document of the contract, made from the routes themselves. */
import { z } from 'zod';
import type { Access, Route } from '../../shared/contract/route.ts';
import { problemTable } from '../../shared/model/errors.ts';

type JsonSchema = Record<string, unknown>;

const securityByAccess: Record<Access, object[]> = {
  public: [],
  ingest: [{ writeKey: [] }, { writeKeyBasic: [] }],
  ask: [{ apiKey: [] }, { session: [] }],
  admin: [{ apiKey: [] }, { session: [] }],
};

function schemaOf(type: z.ZodType, io: 'input' | 'output'): JsonSchema {
  return z.toJSONSchema(type, { target: 'draft-2020-12', unrepresentable: 'any', io }) as JsonSchema;
}

function parametersOf(type: z.ZodType | undefined, where: 'path' | 'query'): JsonSchema[] {
  if (type === undefined) return [];
  const schema = schemaOf(type, 'input') as { properties?: Record<string, JsonSchema>; required?: string[] };
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || (schema.required ?? []).includes(name),
    schema: property,
  }));
}

function operationOf(route: Route): JsonSchema {
  const answer = route.answer === undefined ? {} : { 'application/json': { schema: schemaOf(route.answer, 'output') } };
  const body =
    route.body === undefined ? undefined : { required: true, content: { 'application/json': { schema: schemaOf(route.body, 'input') } } };
  return {
    operationId: route.operation,
    summary: route.summary,
    tags: [route.tag],
    security: securityByAccess[route.access],
    parameters: [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')],
    ...(body === undefined ? {} : { requestBody: body }),
    responses: {
      200: { description: 'Done.', content: answer },
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
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
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
      schemas: { Problem: problemSchema },
      securitySchemes: {
        writeKey: { type: 'http', scheme: 'bearer', description: 'A write key.' },
        writeKeyBasic: { type: 'http', scheme: 'basic', description: 'A write key as user name, no password.' },
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key.' },
        session: { type: 'apiKey', in: 'cookie', name: 'bellwether.session_token' },
      },
    },
  };
}
