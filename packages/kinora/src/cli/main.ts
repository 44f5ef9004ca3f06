#!/usr/bin/env node
/** The `kinora` program: passes its arguments to run() and exits with its code. */
import { run } from './run.js';
import { watchOutput } from './terminal/output.js';

watchOutput();
process.exitCode = await run(process.argv.slice(2));
