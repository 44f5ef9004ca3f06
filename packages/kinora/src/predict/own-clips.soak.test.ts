/** The recipe for one's own few clips, on real ones: four actions, trained on six people, measured on three others. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadConfig } from '../config/index.js';
import { trainRun } from '../train/run.js';
import { evaluateRun } from './evaluate.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const data = join(process.env.KINORA_TEST_DATA ?? join(root, '../shared/data'), 'weizmann4');

test.skipIf(!existsSync(data))(
  'configs/own-clips.json beats 80 % on unseen people (needs the Weizmann clips)',
  async () => {
    const output = mkdtempSync(join(tmpdir(), 'kinora-own-clips-'));
    try {
      const lists = { trainList: 'train.csv', validationList: 'val.csv', labelsFile: 'labels.csv' };
      const paths = Object.entries({ ...lists, trainFolder: 'clips' });
      const set = paths.map(([key, name]) => `${key}=${join(data, name)}`);
      const config = await loadConfig(join(root, 'configs/own-clips.json'), {
        set: [...set, `outputDir=${output}`],
      });
      await trainRun(config);
      const { summary } = await evaluateRun(config);
      console.log(`top-1 ${summary.top1} on ${summary.clips} clips`);
      expect(summary.clips).toBe(24);
      expect(summary.top1).toBeGreaterThan(0.8);
    } finally {
      rmSync(output, { recursive: true });
    }
  },
  900_000,
);
