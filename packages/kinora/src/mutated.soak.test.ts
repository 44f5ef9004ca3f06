/**
 * Twenty thousand damaged files of every format, or as many as fit into KINORA_FUZZ_MINUTES (default: 2) for all formats
 * together; KINORA_FUZZ_SEED starts elsewhere.
 */
import { afterAll, expect, test } from 'vitest';
import { packTargets, removeFolder, targets } from './mutated.targets.test.util.js';
import { attack } from './mutated.test.util.js';

const CASES = 20_000;
/** Cases between two looks at the clock. */
const AT_A_TIME = 100;

const seed = Number(process.env.KINORA_FUZZ_SEED ?? 1_000_000);
const all = [...targets, ...(await packTargets())];
const milliseconds = (Number(process.env.KINORA_FUZZ_MINUTES ?? 2) * 60_000) / all.length;
afterAll(removeFolder);

test.each(all)(
  '$name',
  async (target) => {
    const start = performance.now();
    let [done, refused] = [0, 0];
    while (done < CASES * (target.share ?? 1) && performance.now() - start < milliseconds) {
      refused += (await attack(target, AT_A_TIME, seed + done)).refused;
      done += AT_A_TIME;
    }
    console.log(`${target.name}: ${done} damaged files, ${refused} refused`);
    expect(done).toBeGreaterThan(0);
  },
  24 * 60 * 60_000,
);
