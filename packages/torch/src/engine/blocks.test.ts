/** The cache of large blocks: the same sizes again cost nothing, other sizes do not pile up, too much is refused in words. */
import { expect, test } from 'vitest';
import { ops, scope } from '../index.js';

const MIB = 1 << 20;
const takeAndGiveBack = (bytes: number): void => scope(() => void ops.full([bytes], 7, { dtype: 'uint8' }));

test('a size that was there before costs no page faults', () => {
  takeAndGiveBack(MIB);
  const before = process.resourceUsage().minorPageFault;
  for (let i = 0; i < 100; i++) takeAndGiveBack(MIB);
  // 256 for each block that comes from the kernel, where a page is 4 KiB.
  expect(process.resourceUsage().minorPageFault - before).toBeLessThan(5000);
});

test('sizes that never come again make room for others', () => {
  const before = process.memoryUsage.rss();
  for (let i = 0; i < 40; i++) takeAndGiveBack((100 + i * 10) * MIB); // 11 GiB if all were kept
  expect(process.memoryUsage.rss() - before).toBeLessThan(900 * MIB);
});

test('what is kept makes room before memory runs out, and then there is an error', () => {
  expect(() => ops.empty([2 ** 50])).toThrow(
    /not enough memory: you tried to allocate 4503599627370496 bytes/,
  );
  expect(scope(() => ops.ones([MIB]).sum().item())).toBe(MIB);
});

test('a size that was refused does not count as having been in use', () => {
  expect(() => ops.empty([2 ** 48])).toThrow(/not enough memory/);
  const before = process.memoryUsage.rss();
  for (let i = 0; i < 12; i++) takeAndGiveBack((100 + i * 30) * MIB); // 3 GiB if all were kept
  expect(process.memoryUsage.rss() - before).toBeLessThan(900 * MIB);
});

test('blocks of both kinds keep what is written to them', () => {
  const sizes = [1, 1000, 32_767, 32_768, 32_769, 600_000, 1_000_000];
  scope(() => {
    const kept = sizes.map((size, i) => ops.full([size], i));
    takeAndGiveBack(4 * MIB);
    for (const [i, tensor] of kept.entries()) expect(tensor.eq(i).all().item()).toBe(true);
  });
});
