/** `kinora train` in several processes, as a user starts it, and as a cluster does. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { distributed } from '@kinora/torch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runFolderOf } from '../../run/run-folder.js';
import { losses, TinyData } from '../../train/tiny-run.test.util.js';
import { kinora, kinoraWith } from '../terminal/kinora.test.util.js';

let data: TinyData;
beforeAll(() => {
  data = new TinyData();
});
afterAll(() => data.remove());

const withVariables = (variables: Record<string, string>) => (name: string) =>
  kinoraWith(variables, data.folder, 'train', '--config', data.configFile(name, { batchSize: 4 }));

describe.skipIf(!distributed.features().gloo)('kinora train', { timeout: 120_000 }, () => {
  test('--nproc 2 trains, says what one process says, and refuses to do it twice', async () => {
    const words = ['--config', data.configFile('both', { batchSize: 4, epochs: 1 }), '--nproc', '2'];
    const { status, stdout, stderr } = await kinora(data.folder, 'train', ...words, '--use_gpu', 'False');
    expect({ status, stderr: stderr.replace(/^epoch .*\n/gm, '') }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('SingleFrameSmall on 2 processes, rank 0 on cpu: 10 training clips');
    expect(stdout.match(/next: kinora eval/g)).toHaveLength(1);
    expect(losses(data.config('both'))).toHaveLength(2);
    const again = await kinora(data.folder, 'train', ...words);
    expect(again.status).toBe(1);
    expect(again.stderr).toBe(
      `kinora: ${runFolderOf(data.config('both')).path}: expected a run that does not exist yet, received one with checkpoints; use --resume to continue it, or choose another name with --set name=...\n`,
    );
  });

  test('a batch that does not divide is one line', async () => {
    const { status, stderr } = await kinora(
      data.folder,
      ...['train', '--config', data.configFile('odd', { batchSize: 4 }), '--nproc', '3'],
    );
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr:
        'kinora: batchSize: expected a multiple of 3, the number of processes that share a batch, received 4; --set batchSize=3\n',
    });
  });

  test("a cluster's wrong rank is one line", async () => {
    const { status, stderr } = await withVariables({ RANK: '2', WORLD_SIZE: '2', MASTER_ADDR: '127.0.0.1' })(
      'wrong',
    );
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'kinora: rank: expected a whole number from 0 to 1, below the world size, received 2 of 2\n',
    });
  });

  test('a port in use is one line, with the rank that found it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = String((server.address() as { port: number }).port);
    const variables = { RANK: '0', WORLD_SIZE: '2', MASTER_ADDR: '127.0.0.1', MASTER_PORT: port };
    const { status, stderr } = await withVariables(variables)('taken');
    server.close();
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `[rank 0] kinora: MASTER_PORT: expected a port on which rank 0 can serve the store, received ${port}, which another program uses; choose another port, the same on all ranks\n`,
    });
  });
});
