/** The API as OpenAPI 3.1, made of the contract. */
import * as z from 'zod';
import { version } from '../../../version.js';
import { CONTRACT, type Contract, isBytes } from './contract.js';
import { type Operation, PATHS } from './paths.js';
import { problem, serverEvents } from './schemas.js';

type Json = Record<string, unknown>;

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return rest;
};

export function openApi(): Json {
  const paths: Record<string, Json> = {};
  for (const [name, [method, path]] of Object.entries(PATHS) as [Operation, readonly [string, string]][]) {
    const place = path.replace(/:(\w+)/g, '{$1}');
    paths[place] = { ...paths[place], [method.toLowerCase()]: operation(name, path) };
  }
  const events = Object.entries(serverEvents).map(([name, schema]) => [
    `event ${name}`,
    schemaOf(schema, 'output'),
  ]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Kinora workbench',
      version: version(),
      description: 'The API of kinora studio, on 127.0.0.1.',
    },
    security: [{ token: [] }, { cookie: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'kinora-workbench-PORT' },
      },
      schemas: Object.fromEntries([['problem', schemaOf(problem, 'output')], ...events]),
    },
  };
}

function operation(name: Operation, path: string): Json {
  const { summary, query, body, answer }: Contract = CONTRACT[name];
  const params = [...path.matchAll(/:(\w+)/g)].map(([, key]) => ({
    name: key,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  return {
    operationId: name,
    summary,
    parameters: [...params, ...queryParameters(query)],
    ...(body && { requestBody: { required: true, content: contentOf(body, 'input') } }),
    responses: {
      200: {
        description: isBytes(answer) ? answer.description : 'The answer.',
        content: contentOf(answer, 'output'),
      },
      default: {
        description: 'An error, on one line.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/problem' } } },
      },
    },
  };
}

function queryParameters(query: z.ZodObject | undefined): Json[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(query, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

const contentOf = (body: NonNullable<Contract['body']>, io: 'input' | 'output'): Json =>
  isBytes(body)
    ? Object.fromEntries(body.types.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]))
    : { 'application/json': { schema: schemaOf(body, io) } };
