// The heading of a results table: machine, versions and command.
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { engineInfo } from '@kinora/torch';

/** @param {{ python: string | undefined }} prepared */
export function machine({ python }) {
  const versions = [`Node ${process.versions.node}`, `libtorch ${engineInfo().version}`];
  if (python !== undefined) versions.push(pythonVersions(python));
  const command = ['npm run bench --', ...process.argv.slice(2)].join(' ');
  return `\`${command.replace(/ --$/, '')}\` on ${availableParallelism()} cores of ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB; ${versions.join(', ')}.`;
}

const pythonVersions = (/** @type {string} */ python) =>
  execFileSync(python, [
    '-c',
    'import sys, torch, torchvision, PIL; print(f"Python {sys.version.split()[0]} with torch {torch.__version__}, torchvision {torchvision.__version__}, PIL {PIL.__version__}")',
  ])
    .toString()
    .trim();
