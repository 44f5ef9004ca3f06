/** What a web server answers: whether it is what was asked for, and what to say where it is not. Plain data; asks nobody. */
import { KinoraError } from '@kinora/clip';

/** Part of a file, and how large the file must be. */
export interface ByteRange {
  readonly from: number;
  /** The first byte after it. */
  readonly to: number;
  readonly total: number;
}

const PASSING = 'stream/passing';

/** Whether what is wrong may be better in a moment. */
export const isPassing = ({ code }: KinoraError): boolean => code === PASSING;

/** Answers that are worth another try. */
const BUSY = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Throws KinoraError `stream/*`, `isPassing` where another try may help. */
export function checkAnswer(url: string, range: ByteRange | undefined, answer: Response): void {
  const { status, statusText } = answer;
  const received = `${status} ${statusText}`.trim();
  const fail = (code: string, expected: string, got: string, hint: string) =>
    new KinoraError({ code, where: url, expected, received: got, hint });
  if (BUSY.has(status)) throw fail(PASSING, 'an answer', received, 'try again later');
  if (range !== undefined && status === 200) {
    const hint = 'use a server that answers range requests (nginx, Apache, S3 and its like do)';
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
  const hint = 'index and shards are not of one pack: put both there again';
  throw fail('stream/other-size', `a file of ${range?.total} bytes, as the index says`, got, hint);
}

export const otherRange = (where: string, { from, to }: ByteRange, received: string): KinoraError =>
  new KinoraError({
    code: 'stream/other-range',
    where,
    expected: `bytes ${from}-${to - 1}, as they were asked for`,
    received,
    hint: 'the server, or a proxy before it, answers range requests wrongly: use another',
  });

function hintFor(status: number): string {
  if (status === 401 || status === 403)
    return 'the server wants permission: a signed URL keeps its query for the shards';
  return 'the shards must lie beside the index; open the address in a browser';
}
