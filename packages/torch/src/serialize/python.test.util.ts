/** The first Python that has what a check needs; on Debian that is /usr/bin/python3, whatever the PATH says. */
import { execFileSync } from 'node:child_process';

const CANDIDATES = ['python3', '/usr/bin/python3', 'python'];

/** Looks for the module without importing it, which takes seconds for torch. */
const HAS_MODULE = 'import sys, importlib.util as i; sys.exit(i.find_spec(sys.argv[1]) is None)';

export function findPython(module: string): string | undefined {
  return CANDIDATES.find((python) => {
    try {
      execFileSync(python, ['-c', HAS_MODULE, module], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

/** What a Python program prints, as JSON; its error output is part of the error when it fails. */
export function runPython(python: string, program: string, ...args: string[]): unknown {
  return JSON.parse(
    execFileSync(python, ['-c', program, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
  );
}
