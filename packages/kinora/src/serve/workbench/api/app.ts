/**
 * The workbench's API as a Hono app: guards every request, checks it by the contract, calls the handler of its operation
 * and words its errors.
 */
import { KinoraError, kinoraError } from '@kinora/torch/error';
import { type Context, Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type * as z from 'zod';
import { CONTRACT, type Contract, isBytes } from './contract.js';
import { type Guard, guarded, signIn } from './guard.js';
import { openApi } from './openapi.js';
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

/** Answers are data: even a report that is opened on its own runs no script and loads nothing. */
const SECURITY = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    mediaSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'self'"],
    sandbox: [],
  },
  crossOriginEmbedderPolicy: true,
  xFrameOptions: 'SAMEORIGIN',
  strictTransportSecurity: false,
});

export function workbenchApp(handlers: Required<Handlers>, guard: Guard): Hono {
  const app = new Hono();
  app.use('/', signIn(guard));
  app.use('/api/*', SECURITY, guarded(guard));
  app.get('/api/openapi.json', (context) => context.json(openApi()));
  for (const [name, [method, path]] of Object.entries(PATHS) as [Operation, readonly [string, string]][]) {
    const handler = handlers[name] as (request: unknown) => unknown;
    app.on(method, path, async (context) => {
      const contract: Contract = CONTRACT[name];
      const query = contract.query && check(contract.query, context.req.query(), 'query');
      const body =
        contract.body && !isBytes(contract.body)
          ? check(contract.body, await readJson(context), 'body')
          : undefined;
      const answer = await handler({ params: paramsOf(context), query, body, context });
      return answer instanceof Response ? answer : context.json(answer as object);
    });
  }
  app.all('/api/*', (context) =>
    context.json(
      errorBody(
        kinoraError(
          'request/unknown',
          context.req.path.slice(0, 200),
          'an operation of this API',
          'none of that method and path',
        ),
      ),
      404,
    ),
  );
  app.onError((error, context) => {
    if (!(error instanceof KinoraError)) process.stderr.write(`${error.stack}\n`);
    return context.json(errorBody(error), error instanceof KinoraError ? statusOf(error.code) : 500);
  });
  return app;
}

function paramsOf(context: Context): Record<string, string> {
  try {
    return context.req.param();
  } catch {
    throw kinoraError('request/invalid', 'path', 'a path in UTF-8', 'another');
  }
}

async function readJson(context: Context): Promise<unknown> {
  const type = context.req.header('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw kinoraError(
      'request/body',
      'content type',
      'application/json',
      type === '' ? 'none' : type.slice(0, 80),
    );
  const text = await readText(context);
  try {
    return JSON.parse(text);
  } catch {
    throw kinoraError('request/body', 'body', 'JSON', 'something else');
  }
}

/** Within the limit, whatever the request says about its length. */
async function readText(context: Context): Promise<string> {
  if (Number(context.req.header('content-length') ?? 0) > BODY_LIMIT) throw tooLarge();
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of context.req.raw.body ?? []) {
    bytes += part.length;
    if (bytes > BODY_LIMIT) throw tooLarge();
    parts.push(part);
  }
  return new TextDecoder().decode(Buffer.concat(parts));
}

function check(schema: z.ZodType, value: unknown, where: string): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw kinoraError('request/invalid', [where, ...issue.path.map(String)].join('.').slice(0, 200), {
    expected: issue.message.replace(/^Invalid input: expected /, ''),
  });
}

function statusOf(code: string): 400 | 404 | 409 | 413 | 415 | 507 {
  if (code === 'upload/type') return 415;
  if (/too-large/.test(code)) return 413;
  if (/disk-full/.test(code)) return 507;
  if (/missing|unknown/.test(code)) return 404;
  return /locked|exists|read-only|busy|ended/.test(code) ? 409 : 400;
}

function errorBody(error: Error): { error: { code: string; message: string } } {
  const code = error instanceof KinoraError ? error.code : 'workbench/failed';
  return { error: { code, message: error.message.split('\n')[0]! } };
}

const tooLarge = (): KinoraError =>
  kinoraError('request/too-large', 'body', `at most ${BODY_LIMIT} bytes`, 'more');
