/**
 * Pickle's LONG integers: two's complement, little-endian, any length. JavaScript numbers where they are exact.
 */
import { BadArguments } from './values.js';

/** Longer integers mean nothing in a checkpoint and take quadratic time to print. */
const LONGEST = 1024;

/** A number when it is safe (below 2^53), else a bigint. */
export function decodeInteger(bytes: Uint8Array): number | bigint {
  if (bytes.length === 0) return 0;
  if (bytes.length > LONGEST)
    throw new BadArguments(`an integer of at most ${LONGEST} bytes`, `${bytes.length} bytes`);
  const hex = Buffer.from(bytes).reverse().toString('hex');
  const value = BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex}`));
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

/** The shortest two's complement form of `value`, as CPython's `encode_long`. */
export function encodeInteger(value: bigint): Uint8Array {
  if (value === 0n) return new Uint8Array(0);
  let size = 1;
  while (BigInt.asIntN(8 * size, value) !== value) size++;
  const hex = BigInt.asUintN(8 * size, value)
    .toString(16)
    .padStart(2 * size, '0');
  return Uint8Array.from(Buffer.from(hex, 'hex').reverse());
}
