/**
 * Fetches bytes of a file on a web server by HTTP(S), with retries: transient faults (no response, a truncated
 * response, a busy server) are retried after increasing pauses; any other fault is one error that states what to do.
 */
import { KinoraError, kinoraError } from '@kinora/clip';

export interface FetchOptions {
  /** Tries after the first. */
  readonly retries?: number;
  /**
   * Milliseconds within which a server has to answer, and then, again and again, to send `PROGRESS` bytes or the rest. A
   * try is aborted where it does not.
   */
  readonly timeout?: number;
  /** Most bytes of a whole file, after decompression. */
  readonly limit?: number;
  /** Milliseconds before the second try; doubled for each further try. */
  readonly pause?: number;
  readonly signal?: AbortSignal;
}

/** Default of `timeout`. */
export const TIMEOUT = 30_000;

/** Bytes: a server that sends fewer in `timeout` does not make progress. */
const PROGRESS = 64 * 1024;

/** Redirects that are followed: as many as browsers follow. */
const REDIRECTS = 20;

/** Bytes of `url`: all of them, or a range. Throws KinoraError `stream/*`, and the signal's reason. */
export async function fetchBytes(
  url: string,
  range?: ByteRange,
  options: FetchOptions = {},
): Promise<Uint8Array> {
  const { retries = 5, pause = 500, signal } = options;
  for (let attempt = 0; ; attempt++) {
    try {
      return await fetchOnce(url, range, options);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof KinoraError && !isTransient(error)) throw error;
      const distrust = certificateProblem(error);
      if (distrust !== undefined) throw notTrusted(url, distrust);
      if (attempt === retries) throw unreachable(url, error, attempt + 1);
      await sleep(pause * 2 ** attempt, signal);
    }
  }
}

async function fetchOnce(
  url: string,
  range: ByteRange | undefined,
  { timeout = TIMEOUT, limit = Number.POSITIVE_INFINITY, signal }: FetchOptions,
): Promise<Uint8Array> {
  const watch = new AbortController();
  const onAbort = () => watch.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  let recent = 0;
  const late = () =>
    watch.abort(new Error(`${recent === 0 ? 'no byte' : `only ${recent} bytes`} for ${timeout / 1000} s`));
  let timer = setTimeout(late, timeout);
  try {
    const headers = range === undefined ? {} : { range: `bytes=${range.from}-${range.to - 1}` };
    const answer = await follow(url, { headers, signal: watch.signal, redirect: 'manual' });
    checkAnswer(url, range, answer);
    const chunks: Uint8Array[] = [];
    let left = range === undefined ? limit : range.to - range.from;
    clearTimeout(timer);
    timer = setTimeout(late, timeout);
    for await (const chunk of answer.body!) {
      left -= chunk.length;
      if (left < 0)
        throw range === undefined ? tooLarge(url, limit) : otherRange(url, range, 'more than these');
      chunks.push(chunk);
      recent += chunk.length;
      if (recent < PROGRESS) continue;
      recent = 0;
      clearTimeout(timer);
      timer = setTimeout(late, timeout);
    }
    const bytes = Buffer.concat(chunks);
    if (range !== undefined && bytes.length < range.to - range.from)
      throw new Error(`a response truncated after ${bytes.length} of ${range.to - range.from} bytes`);
    return bytes;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    watch.abort(); // drops the rest of a useless response
  }
}

/**
 * The answer after redirects, which lead only to http and https, and from https only to https. Throws KinoraError
 * `stream/redirect`.
 */
async function follow(url: string, request: RequestInit): Promise<Response> {
  let at = new URL(url);
  for (let followed = 0; ; followed++) {
    const answer = await fetch(at.href, request);
    const location = answer.headers.get('location');
    if (answer.status < 300 || answer.status >= 400 || location === null) return answer;
    await answer.body?.cancel();
    const next = urlOr(location, at);
    const allowed = at.protocol === 'https:' ? ['https:'] : ['http:', 'https:'];
    if (next === null || !allowed.includes(next.protocol) || followed === REDIRECTS)
      throw badRedirect(url, followed, location, allowed);
    at = next;
  }
}

function urlOr(text: string, base: URL): URL | null {
  return URL.canParse(text, base.href) ? new URL(text, base.href) : null;
}

const badRedirect = (url: string, followed: number, to: string, allowed: readonly string[]): KinoraError =>
  kinoraError('stream/redirect', url, {
    expected: `at most ${REDIRECTS} redirects, to ${allowed.map((name) => `${name}//`).join(' or ')}`,
    received: followed === REDIRECTS ? 'more' : `one to ${to.slice(0, 200)}`,
    hint: 'use the address that the server redirects to, if you trust it',
  });

const tooLarge = (url: string, limit: number): KinoraError =>
  kinoraError('stream/too-large', url, `the index of a pack, of at most ${limit} bytes`, 'more than that');

/** OpenSSL's and Node's error codes for certificates. */
const CERTIFICATE = /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|^CERT_|ERR_TLS_CERT/;

function certificateProblem(error: unknown): string | undefined {
  const code = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code;
  return code !== undefined && CERTIFICATE.test(code) ? code : undefined;
}

const notTrusted = (url: string, received: string): KinoraError =>
  kinoraError('stream/certificate', url, 'a certificate that this machine trusts, for that name', received, {
    hint: 'for your own certificate, set NODE_EXTRA_CA_CERTS=/path/to/ca.pem',
  });

function unreachable(url: string, error: unknown, tries: number): KinoraError {
  const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
  const reason =
    error instanceof KinoraError
      ? error.parts.received
      : (cause?.code ?? cause?.message ?? (error as Error).message);
  return kinoraError('stream/unreachable', url, 'a response from the server', `${reason}, ${tries} times`, {
    hint: 'check the address and the network; the same command resumes where it stopped',
    cause: error,
  });
}

function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done);
  });
}

/** Checks a web server's response against the request, and words the error. Plain data; sends nothing. */

/** A part of a file, and the size that the file must have. */
export interface ByteRange {
  readonly from: number;
  /** One past its last byte. */
  readonly to: number;
  readonly total: number;
}

const TRANSIENT = 'stream/passing';

/** Whether the fault may be transient. */
export const isTransient = ({ code }: KinoraError): boolean => code === TRANSIENT;

/** Status codes that are worth another try. */
const BUSY = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Throws KinoraError `stream/*`, with `isTransient` if another try may help. */
export function checkAnswer(url: string, range: ByteRange | undefined, answer: Response): void {
  const { status, statusText } = answer;
  const received = `${status} ${statusText}`.trim();
  const fail = (code: string, expected: string, got: string, hint: string) =>
    kinoraError(code, url, expected, got, { hint });
  if (BUSY.has(status)) throw fail(TRANSIENT, 'a response', received, 'try again later');
  if (range !== undefined && status === 200) {
    const hint = 'use a server that supports range requests, such as nginx, Apache or S3';
    throw fail(
      'stream/no-ranges',
      `206 and the bytes ${range.from}-${range.to - 1}`,
      '200 and the whole file',
      hint,
    );
  }
  if (status !== (range === undefined ? 200 : 206) && status !== 416)
    throw fail('stream/status', 'the file', received, hintFor(status));
  const given = answer.headers.get('content-range') ?? '';
  const first = /^bytes (\d+)-/.exec(given)?.[1];
  if (range !== undefined && status === 206 && first !== undefined && Number(first) !== range.from)
    throw otherRange(url, range, given);
  const total = Number(/\/(\d+)$/.exec(given)?.[1] ?? range?.total);
  if (status !== 416 && (range === undefined || total === range.total)) return;
  const got = status === 416 ? 'a shorter one' : `one of ${total}`;
  const hint = 'index and shards are from different packs: upload both again';
  throw fail('stream/other-size', `a file of ${range?.total} bytes, as the index says`, got, hint);
}

export const otherRange = (where: string, { from, to }: ByteRange, received: string): KinoraError =>
  kinoraError('stream/other-range', where, `bytes ${from}-${to - 1}, as requested`, received, {
    hint: 'the server, or a proxy in front of it, does not handle range requests correctly: use another one',
  });

function hintFor(status: number): string {
  if (status === 401 || status === 403)
    return 'the server requires authorization: use a signed URL, whose query is also sent for the shards';
  return 'the shards must be in the same folder as the index; check the address in a browser';
}
