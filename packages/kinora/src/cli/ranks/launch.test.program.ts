/** For launch.test.ts: `node launch.test.program.js SIZE MAX_RESTARTS SCRIPT` runs a script of JavaScript as so many ranks. */
import { launch } from './launch.js';

const [size, maxRestarts, script = ''] = process.argv.slice(2);
try {
  await launch({
    command: [process.execPath, '-e', script],
    size: Number(size),
    maxRestarts: Number(maxRestarts),
    resumeWords: () => ['again'],
    threads: 3,
    graceMs: 6000,
    log: (line) => process.stdout.write(`${line}\n`),
  });
} catch (error) {
  const { message, exitCode } = error as Error & { exitCode?: number };
  process.stdout.write(`${message}\n`);
  process.exitCode = exitCode ?? 1;
}
