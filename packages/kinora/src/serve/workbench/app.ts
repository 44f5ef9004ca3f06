/**
 * The workbench's API as a Hono app: guards every request, checks it by the contract, calls the handler of its operation
 * and words its errors.
 */
import { KinoraError, kinoraError } from '@kinora/torch/error';
import { type Context, Hono } from 'hono';
import type * as z from 'zod';
import { type Bytes, CONTRACT, type Contract, isBytes } from './contract.js';
import { type Operation, PATHS, type ParamsOf } from './paths.js';

type Table = typeof CONTRACT;
type Checked<T> = T extends z.ZodType ? z.output<T> : undefined;

/** A request that fits the contract. */
export type CheckedRequest<Name extends Operation> = {
  readonly params: { readonly [Key in ParamsOf<(typeof PATHS)[Name][1]>]: string };
  readonly query: Table[Name] extends { query: infer Query } ? Checked<Query> : undefined;
  readonly body: Table[Name] extends { body: infer Body } ? Checked<Body> : undefined;
  readonly context: Context;
};
type HandlerAnswer<Name extends Operation> = Table[Name]['answer'] extends z.ZodType
  ? z.input<Table[Name]['answer']>
  : Response;
export type Handlers = {
  readonly [Name in Operation]?: (
    request: CheckedRequest<Name>,
  ) => HandlerAnswer<Name> | Promise<HandlerAnswer<Name>>;
};

/** Most bytes of a request in JSON. */
const BODY_LIMIT = 8 * 2 ** 20;

export function workbenchApp(handlers: Handlers): Hono {
  const app = new Hono();
  for (const [name, [method, path]] of Object.entries(PATHS) as [Operation, readonly [string, string]][]) {
    const handler = handlers[name] as ((request: unknown) => unknown) | undefined;
    app.on(method, path, async (context) => {
      if (handler === undefined) return context.json(errorBody(notBuilt(name)), 501);
      const contract: Contract = CONTRACT[name];
      const query = contract.query && check(contract.query, context.req.query(), 'query');
      const body =
        contract.body && !isBytes(contract.body)
          ? check(contract.body, await readJson(context), 'body')
          : undefined;
      const answer = await handler({ params: context.req.param(), query, body, context });
      return answer instanceof Response ? answer : context.json(answer as object);
    });
  }
  app.onError((error, context) => {
    const known = error instanceof KinoraError;
    return context.json(errorBody(error), known ? statusOf(error.code) : 500);
  });
  return app;
}

async function readJson(context: Context): Promise<unknown> {
  const length = Number(context.req.header('content-length') ?? 0);
  if (length > BODY_LIMIT) throw tooLarge();
  const text = await context.req.text();
  if (text.length > BODY_LIMIT) throw tooLarge();
  try {
    return JSON.parse(text);
  } catch {
    throw kinoraError('request/body', 'body', 'JSON', 'something else');
  }
}

function check(schema: z.ZodType, value: unknown, where: string): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw kinoraError('request/invalid', [where, ...issue.path].join('.'), {
    expected: issue.message.replace(/^Invalid input: expected /, ''),
  });
}

function statusOf(code: string): 400 | 404 | 409 | 413 {
  if (/missing|unknown/.test(code)) return 404;
  if (/too-large/.test(code)) return 413;
  return /locked|exists|read-only|busy/.test(code) ? 409 : 400;
}

const errorBody = (error: Error) => ({
  error: {
    code: error instanceof KinoraError ? error.code : 'workbench/failed',
    message: error.message.split('\n')[0]!,
  },
});

const tooLarge = (): KinoraError =>
  kinoraError('request/too-large', 'body', `at most ${BODY_LIMIT} bytes`, 'more');

const notBuilt = (name: Operation): KinoraError =>
  kinoraError('workbench/not-built', name, 'an operation with a handler', 'none yet');

export type { Bytes };
