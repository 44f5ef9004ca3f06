/**
 * Writes a tar archive into an open file, member by member, and computes its checksum. Headers are those of the npm
 * package `tar`. Members have no owner and no time, so the same clips give the same bytes.
 */
import { createHash } from 'node:crypto';
import { kinoraError } from '@kinora/torch/error';
import { Header } from 'tar/header';
import { TAR_BLOCK } from '../description.js';

export interface TarWriter {
  /** Bytes so far, which is the position of the next header. */
  readonly position: number;
  add(name: string, bytes: Uint8Array): void;
  /** Writes the end of the archive. Returns its size, and its SHA-256 in hex. */
  end(): { bytes: number; sha256: string };
}

const EPOCH = new Date(0);

export function tarWriter(write: (bytes: Uint8Array) => void): TarWriter {
  const hash = createHash('sha256');
  let position = 0;
  const put = (bytes: Uint8Array): void => {
    write(bytes);
    hash.update(bytes);
    position += bytes.length;
  };
  return {
    get position() {
      return position;
    },
    add: (name, bytes) => {
      put(headerOf(name, bytes.length));
      put(bytes);
      put(Buffer.alloc(-bytes.length & (TAR_BLOCK - 1)));
    },
    end: () => {
      put(Buffer.alloc(2 * TAR_BLOCK));
      return { bytes: position, sha256: hash.digest('hex') };
    },
  };
}

function headerOf(path: string, size: number): Buffer {
  const block = Buffer.alloc(TAR_BLOCK);
  const needsMore = new Header({ path, size, type: 'File', mode: 0o644, mtime: EPOCH }).encode(block);
  if (!needsMore) return block;
  throw kinoraError('pack/member', path, {
    expected: 'a name and a size that fit into one tar header',
    received: `${path.length} letters and ${size} bytes`,
  });
}
