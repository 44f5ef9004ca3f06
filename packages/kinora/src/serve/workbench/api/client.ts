/**
 * The typed client of the workbench's API, for the page: one function per operation, addresses for pictures and videos, and
 * the server's events. Carries no schemas: types only.
 */
import type { Answer, Request, ServerEvents } from './contract.js';
import { type Operation, PATHS } from './paths.js';

export type {
  Answer,
  Change,
  Clip,
  Comparison,
  EvaluationAnswer,
  Finding,
  Health,
  Job,
  JobDetail,
  Judge,
  Metrics,
  NewJob,
  Progress,
  Project,
  Recipe,
  Recording,
  Request,
  RunDetail,
  RunSummary,
  Search,
  ServerEvents,
  Split,
} from './contract.js';
export type { Operation } from './paths.js';

/** An answer of the server that is an error. */
export class WorkbenchError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

type Loose = Readonly<Record<string, unknown>> & {
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
};

/** Address of an operation, for `src` and `href`. */
export function addressOf<Name extends Operation>(
  name: Name,
  request: Omit<Request<Name>, 'body'>,
  base = '',
): string {
  const { query = {}, ...params } = request as Loose;
  const path = PATHS[name][1].replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(String(params[key])));
  const words = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(words.map(([key, value]): [string, string] => [key, String(value)]));
  return `${base}${path}${words.length > 0 ? `?${search}` : ''}`;
}

/** Calls an operation. Throws `WorkbenchError` for an answer that is an error. */
export async function call<Name extends Operation>(
  name: Name,
  request: Request<Name>,
  { base = '', ...options }: RequestInit & { readonly base?: string } = {},
): Promise<Answer<Name>> {
  const { body } = request as Loose;
  const json = body !== undefined && !isBinary(body);
  const response = await fetch(addressOf(name, request, base), {
    credentials: 'same-origin',
    ...options,
    method: PATHS[name][0],
    ...(body !== undefined && {
      body: json ? JSON.stringify(body) : (body as NonNullable<RequestInit['body']>),
    }),
    headers: { ...(json && { 'content-type': 'application/json' }), ...options.headers },
  });
  const type = response.headers.get('content-type') ?? '';
  const answer = type.startsWith('application/json') ? await response.json() : response;
  if (response.ok) return answer as Answer<Name>;
  const { code = 'workbench/answer', message = `the server answered ${response.status}` } =
    (answer as { error?: { code?: string; message?: string } }).error ?? {};
  throw new WorkbenchError(response.status, code, message);
}

const isBinary = (body: unknown): boolean =>
  body instanceof Blob || body instanceof FormData || body instanceof ArrayBuffer || ArrayBuffer.isView(body);

/** Listens to a project's events until the function that it returns is called. The browser reconnects on its own. */
export function listen(
  project: string,
  handlers: { [Name in keyof ServerEvents]?: (data: ServerEvents[Name]) => void },
  { base = '', onConnection }: { base?: string; onConnection?: (connected: boolean) => void } = {},
): () => void {
  const source = new EventSource(addressOf('events', { project }, base));
  source.onopen = () => onConnection?.(true);
  source.onerror = () => onConnection?.(false);
  for (const [name, handler] of Object.entries(handlers))
    source.addEventListener(name, (event) =>
      (handler as (value: unknown) => void)(JSON.parse((event as unknown as { data: string }).data)),
    );
  return () => source.close();
}
