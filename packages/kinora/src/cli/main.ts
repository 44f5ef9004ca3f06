#!/usr/bin/env node
/** The `kinora` program: hands its words to run() and exits with its code. */
import { run } from './run.js';

// `kinora ... | head` closes the pipe early: that is the reader's right, not an error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

process.exitCode = await run(process.argv.slice(2));
