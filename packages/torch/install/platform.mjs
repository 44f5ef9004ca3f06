/**
 * The four kinds of platforms, which differ in how software is installed. WSL counts as the Linux that it
 * runs.
 */
import { existsSync } from 'node:fs';

/** @returns {import('./advice.mjs').Platform} */
export function thisPlatform() {
  if (process.platform === 'darwin') return 'macos';
  if (process.platform === 'win32') return 'windows';
  return existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get') ? 'debian' : 'linux';
}
