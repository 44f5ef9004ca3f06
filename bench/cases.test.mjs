import { existsSync, symlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { against, cases } from './cases.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

test('another checkout measures with its own programs, on the same data', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kinora-cases-'));
  const other = join(folder, 'other');
  symlinkSync(ROOT, other);
  try {
    const all = against(
      cases({ python: undefined, tfjs: false, data: '/data', onnx: '', libtorch: 'l' }),
      other,
    );
    expect(all.length).toBeGreaterThan(8);
    for (const { name, ours, peers } of all) {
      expect(peers.map((peer) => peer.name)).toEqual(['other']);
      const { program, args } = peers[0]?.side || { program: '', args: [] };
      expect(program).toBe(ours.program);
      const moved = args.filter((word, i) => word !== ours.args[i]);
      expect(moved, name).toHaveLength(1);
      expect(moved[0], name).toMatch(`${other}/bench/ours/`);
      expect(existsSync(moved[0] ?? ''), name).toBe(true);
      expect(args.includes('/data'), name).toBe(ours.args.includes('/data'));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
