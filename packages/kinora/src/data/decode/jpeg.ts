/**
 * JPEG to RGB and back, one picture at a time, by libjpeg-turbo. It decodes directly into the caller's memory. Anything
 * that libjpeg only warns about (a truncated file, bad Huffman codes) is an error here: a half-grey frame is worse than
 * a clip reported as bad.
 */
import { createRequire } from 'node:module';
import type * as JpegTurbo from '@julusian/jpeg-turbo';
import { type KinoraError, kinoraError, type Size } from '@kinora/clip';
import { uninterrupted } from './addon-threads.js';

// Not an import, because a thread must not be terminated while it loads an addon either.
const turbo = uninterrupted<typeof JpegTurbo>(() => createRequire(import.meta.url)('@julusian/jpeg-turbo'));

/** Largest accepted picture, in pixels, so that a forged header cannot exhaust the memory. */
const MAX_PIXELS = 1 << 26;

/** The size that the JPEG's header states. `name` is used in errors. */
export function jpegSize(bytes: Uint8Array, name: string): Size {
  if (bytes.length === 0) throw corrupt(name, 'an empty file');
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) throw corrupt(name, 'something that is not a JPEG');
  const size = frameHeader(bytes);
  if (size === undefined) throw corrupt(name, 'a file that ends within its header');
  if (size.height === 0 || size.width === 0 || size.height * size.width > MAX_PIXELS) {
    throw corrupt(name, `a picture of ${size.width} x ${size.height} pixels`);
  }
  return size;
}

/** Decodes to RGB `[H, W, 3]` at the start of `out`, which may be shared memory. */
export function decodeJpeg(bytes: Uint8Array, out: Uint8Array, name: string): Size {
  const size = jpegSize(bytes, name);
  const source = asBuffer(bytes);
  const target = asBuffer(out.subarray(0, size.height * size.width * 3));
  try {
    uninterrupted(() => turbo.decompressSync(source, target, { format: turbo.FORMAT_RGB }));
  } catch {
    // The library's own message is always "No error".
    throw corrupt(name, endsProperly(bytes) ? 'damaged picture data' : 'a truncated file');
  }
  return size;
}

/** Encodes RGB `[H, W, 3]`. `quality` is 1-100; by default, colour has half the resolution (4:2:0), as in cameras. */
export function encodeJpeg(
  pixels: Uint8Array,
  { height, width }: Size,
  quality = 90,
  chroma: 'half' | 'full' = 'half',
): Uint8Array {
  return uninterrupted(() =>
    turbo.compressSync(asBuffer(pixels), {
      width,
      height,
      quality,
      format: turbo.FORMAT_RGB,
      subsampling: chroma === 'half' ? turbo.SAMP_420 : turbo.SAMP_444,
    }),
  );
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Walks the markers to the frame header (SOF0 to SOF15, without DHT, JPG and DAC), which holds the size. */
function frameHeader(bytes: Uint8Array): Size | undefined {
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at += 1; // fill byte
    } else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return { height: word(bytes, at + 5), width: word(bytes, at + 7) };
    } else {
      at += 2 + word(bytes, at + 2);
    }
  }
  return undefined;
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** Whether the last bytes contain the end-of-image marker (some cameras pad after it). */
function endsProperly(bytes: Uint8Array): boolean {
  return asBuffer(bytes.subarray(-64)).lastIndexOf(Buffer.from([0xff, 0xd9])) >= 0;
}

function corrupt(name: string, received: string): KinoraError {
  return kinoraError('clip/corrupt-jpeg', name, 'a complete JPEG', received);
}
