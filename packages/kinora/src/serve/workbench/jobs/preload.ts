/**
 * Loaded into the process of a job before the command line (`node --import`): holds the job's lock for as long as the process
 * lives, and writes down how it ended, so that a server that was killed and started again knows.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../../../files/lock.js';

const folder = process.env.KINORA_JOB;
if (folder !== undefined) {
  // Processes that the job starts are not the job.
  delete process.env.KINORA_JOB;
  await new Promise<void>((locked, failed) => {
    withLock(
      join(folder, 'process.lock'),
      { code: 'job/locked', expected: 'no other process of this job' },
      async () => {
        locked();
        await new Promise(() => undefined);
      },
    ).catch(failed);
  });
  process.on('exit', (code) =>
    writeFileSync(join(folder, 'exit.json'), JSON.stringify({ code, at: Date.now() })),
  );
}
