import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { memoryStats, scope } from '../index.js';
import { withFolder } from './folder.test.util.js';
import { fuzz, targets } from './fuzz.test.util.js';
import { loadSafetensors, loadTorch } from './load-save.js';

/** Bounded for all cases together; the inputs are a few kilobytes. */
const MEMORY_LIMIT = 1 << 30;

test.each(targets)(
  '$name: 10,000 damaged files are read or refused, never worse',
  (target) => {
    const { refused, slowestMs } = fuzz(target, 1000, 10_000);
    expect(refused).toBeGreaterThan(2500);
    expect(slowestMs).toBeLessThan(2000);
    expect(process.resourceUsage().maxRSS * 1024).toBeLessThan(MEMORY_LIMIT);
  },
  600_000,
);

test.each(targets)(
  '$name: 1,000 damaged files through the engine leave no tensor behind',
  (target) => {
    withFolder((folder) => {
      const path = join(folder, 'damaged');
      const before = memoryStats().liveTensors;
      const load = target.name === 'safetensors' ? loadSafetensors : loadTorch;
      const read = (bytes: Uint8Array): void => {
        writeFileSync(path, bytes);
        scope(() => void load(path));
      };
      expect(fuzz({ ...target, read }, 50_000, 1000).refused).toBeGreaterThan(250);
      expect(memoryStats().liveTensors).toBe(before);
    });
  },
  600_000,
);
