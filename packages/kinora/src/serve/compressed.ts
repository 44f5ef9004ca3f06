/**
 * Files as gzip, for browsers that take it: each is compressed once, off the event loop, and kept until it changes. The studio's
 * WebAssembly becomes a quarter of its size. Pictures, videos and weights hardly shrink and are left alone.
 */
import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const EXTENSIONS = new Set(['.css', '.html', '.js', '.json', '.mjs', '.svg', '.wasm']);

/** Bytes: smaller files fit into a packet or two, larger ones are no app's. */
const WORTH = [1024, 64 * 2 ** 20] as const;

/** Bytes of files, before compression, whose compressed form is kept. An app has 17 MB of them. */
const KEPT = 128 * 2 ** 20;

type Bytes = Uint8Array<ArrayBuffer>;

/** Whether answers for this file depend on Accept-Encoding. */
export const isCompressible = (file: string): boolean => EXTENSIONS.has(extname(file));

/** Whether a browser with this Accept-Encoding takes gzip. */
export function takesGzip(accepts: string | undefined): boolean {
  const [, weight] = /(?:^|[,\s])gzip\s*(?:;\s*q=([\d.]+))?\s*(?:,|$)/.exec(accepts ?? '') ?? [
    undefined,
    '0',
  ];
  return weight === undefined || Number(weight) > 0;
}

/** What compresses files. Undefined for one that is not worth it, or once too much is kept. */
export function compressor(): (path: string) => Promise<Bytes | undefined> {
  const made = new Map<string, { readonly state: string; readonly bytes: Promise<Bytes> }>();
  let kept = 0;
  return async (path) => {
    const { size, mtimeMs } = await stat(path);
    if (size < WORTH[0] || size > WORTH[1]) return undefined;
    const state = `${size} ${mtimeMs}`;
    const known = made.get(path);
    if (known?.state === state) return known.bytes;
    if (known === undefined && kept + size > KEPT) return undefined;
    if (known === undefined) kept += size;
    const bytes = readFile(path).then(async (file) => new Uint8Array(await promisify(gzip)(file)));
    made.set(path, { state, bytes });
    bytes.catch(() => made.delete(path));
    return bytes;
  };
}
