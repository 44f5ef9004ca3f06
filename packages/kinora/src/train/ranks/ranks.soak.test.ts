/** Two processes have the loss curve of one, over as many steps as rounding needs to show. */
import { distributed } from '@kinora/torch';
import { afterAll, beforeAll, test } from 'vitest';
import { TinyData } from '../tiny-run.test.util.js';
import { expectSameAsOne } from './ranks.test.util.js';

let data: TinyData;
beforeAll(() => {
  data = new TinyData();
});
afterAll(() => data.remove());

test.skipIf(!distributed.features().gloo)('50 steps in two processes are those of one, to 1e-4', async () => {
  await expectSameAsOne(data, 10);
});
