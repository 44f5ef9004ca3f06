#!/usr/bin/env node
/** The command of @kinora/torch: `kinora-torch setup` builds the addon where the package is installed. */
import { createSay, ensureAddon, handleInterrupts, SetupError } from './index.mjs';

const USAGE = `usage: kinora-torch setup

Finds libtorch (LIBTORCH, the torch package of python3, the package for this platform, the system; on Debian and Ubuntu it is
installed by apt if this user may do that) and builds the addon that connects it to Node; the package for this platform brings
one. Does nothing if that has been done.

  CXX              the C++ compiler (default: g++, c++ or clang++)
  KINORA_INSTALL   "never" keeps it from installing system packages`;

const [command, ...rest] = process.argv.slice(2);
if (command === 'setup' && rest.length === 0) await setup();
else {
  const asked = command === undefined || command === '--help' || command === '-h';
  process[asked ? 'stdout' : 'stderr'].write(`${USAGE}\n`);
  process.exitCode = asked ? 0 : 2;
}

async function setup() {
  handleInterrupts();
  try {
    const { libtorch } = await ensureAddon(createSay());
    const device = libtorch.cuda ? `CUDA ${libtorch.cudaVersion ?? ''}`.trim() : 'CPU only';
    process.stdout.write(
      `@kinora/torch is ready: libtorch ${libtorch.version} (${device}) in ${libtorch.lib}\n`,
    );
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`kinora-torch: ${error.message}\n`);
    process.exitCode = 1;
  }
}
