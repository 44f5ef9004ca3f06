/** Files and pictures as answers: with ranges, as players of videos ask for them, and never through a link. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { kinoraError } from '@kinora/torch/error';
import type { Context } from 'hono';

const TYPES: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.m4v': 'video/mp4',
  '.webm': 'video/webm',
  '.mov': 'video/quicktime',
  '.mkv': 'video/x-matroska',
  '.avi': 'video/x-msvideo',
  '.ogv': 'video/ogg',
  '.gif': 'image/gif',
  '.png': 'image/png',
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/json',
  '.csv': 'text/csv; charset=utf-8',
};

/** With the version of the file in its address, a picture stays the same for ever. */
export function jpeg(context: Context, bytes: Uint8Array, version: string | undefined): Response {
  context.header('Content-Type', 'image/jpeg');
  context.header(
    'Cache-Control',
    version === undefined ? 'no-cache' : 'private, max-age=31536000, immutable',
  );
  return context.body(bytes as Uint8Array<ArrayBuffer>);
}

/** Throws `file/missing` for a file that is not there any more, a folder, or a link. */
export async function sendFile(context: Context, path: string, { download = false } = {}): Promise<Response> {
  const file = await opened(path);
  const { size } = await file.stat();
  const range = rangeOf(context.req.header('range'), size);
  if (range === null) {
    await file.close();
    return context.body(null, 416, { 'Content-Range': `bytes */${size}` });
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  const headers: Record<string, string> = {
    'Content-Type': TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream',
    'Content-Length': String(Math.max(0, end - start + 1)),
    'Accept-Ranges': 'bytes',
    ...(range && { 'Content-Range': `bytes ${start}-${end}/${size}` }),
    ...(download && {
      'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(basename(path))}`,
    }),
  };
  return context.body(streamOf(file, start, end), range ? 206 : 200, headers);
}

async function opened(path: string): Promise<FileHandle> {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const file = await open(path, flags).catch(() => undefined);
  if (file !== undefined && (await file.stat()).isFile()) return file;
  await file?.close();
  throw kinoraError('file/missing', basename(path), 'a video file', 'none, or a folder of frames');
}

/** Undefined without a range, null for one that cannot be met. Of several ranges, none is. */
export function rangeOf(
  header: string | undefined,
  size: number,
): { start: number; end: number } | null | undefined {
  if (header === undefined) return undefined;
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  const [from, to] = [match[1]!, match[2]!];
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(size - 1, Number(to));
  return start > end || start >= size ? null : { start, end };
}

const CHUNK = 256 * 1024;

/** Reads when the client does, and closes the file when it is done or goes away. */
function streamOf(file: FileHandle, start: number, end: number): ReadableStream<Uint8Array> {
  let at = start;
  return new ReadableStream({
    async pull(controller) {
      const buffer = Buffer.alloc(Math.min(CHUNK, end - at + 1));
      const { bytesRead } =
        buffer.length === 0 ? { bytesRead: 0 } : await file.read(buffer, 0, buffer.length, at);
      at += bytesRead;
      if (bytesRead > 0) controller.enqueue(new Uint8Array(buffer.buffer, buffer.byteOffset, bytesRead));
      if (bytesRead > 0 && at <= end) return;
      await file.close();
      controller.close();
    },
    cancel: () => file.close(),
  });
}
