/**
 * Installs libtorch on Debian and Ubuntu with apt, as root or with a sudo that needs no password. First prints
 * the sizes that apt computes. The download can be interrupted at any time without changing the system; once
 * dpkg has begun to unpack, Ctrl+C does not interrupt it, and it ends before this process does.
 */
import { statfsSync } from 'node:fs';
import { waysAsText } from './advice.mjs';
import { SetupError } from './failure.mjs';
import { isNewEnough, OLDEST } from './libtorch.mjs';
import { run } from './run.mjs';

/** libtorch, and a BLAS that is ten times as fast as the reference implementation. */
export const PACKAGES = ['libtorch-dev', 'libopenblas-dev'];

/** Without recommended packages (themes, fonts, GStreamer plug-ins), which saves a fifth. */
const INSTALL = ['install', '-y', '--no-install-recommends'];
const PATIENT = ['-o', 'DPkg::Lock::Timeout=600']; // seconds to wait for another apt process
const STATUS = ['-o', 'APT::Status-Fd=3'];

/**
 * @returns {Promise<string[] | null>} the command to put before apt-get; null if this user cannot install
 * packages
 */
export async function privilege() {
  if (process.getuid?.() === 0) return [];
  const { code } = await run('sudo', ['-n', 'true']);
  return code === 0 ? ['sudo', '-n'] : null;
}

/**
 * @param {import('./say.mjs').Say} say
 * @param {string[]} prefix from privilege()
 * @throws {SetupError} setup/no-network, setup/libtorch-too-old, setup/disk-full, setup/apt
 */
export async function installLibtorch(say, prefix) {
  const apt = aptRunner(prefix);
  await say.task('Asking apt for libtorch', () => apt(['update', '-y']));
  await checkCandidate();
  const cost = await costOf();
  checkSpace(cost);
  say.line(`Installing ${PACKAGES.join(', ')}: ${cost.text}.`);
  await say.task('Downloading libtorch', async (update) =>
    failUnlessDone(
      await apt([...INSTALL, '--download-only', ...PACKAGES], {
        onLine: percent(update),
        shareTerminal: true,
      }),
    ),
  );
  await say.task('Unpacking libtorch', async (update) =>
    failUnlessDone(
      await apt([...INSTALL, '--no-download', ...PACKAGES], { onLine: percent(update), sheltered: true }),
    ),
  );
}

/**
 * The status lines get a separate descriptor, opened by a shell because sudo closes inherited ones. If apt wrote them to
 * standard output without a pseudo-terminal, dpkg would have none, and installation scripts that print would
 * fail.
 * @param {string[]} prefix
 */
function aptRunner(prefix) {
  const environment = ['env', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C'];
  const shell = ['sh', '-c', 'exec apt-get "$@" 3>&1', 'apt-get'];
  const [command = 'env', ...args] = [...prefix, ...environment, ...shell];
  return (/** @type {string[]} */ words, /** @type {import('./run.mjs').RunOptions} */ options = {}) =>
    run(command, [...args, ...words, ...PATIENT, ...STATUS], options);
}

async function checkCandidate() {
  const { stdout } = await run('apt-cache', ['policy', 'libtorch-dev'], {
    env: { ...process.env, LC_ALL: 'C' },
  });
  const candidate = stdout.match(/Candidate: (\S+)/)?.[1] ?? '(none)';
  if (candidate === '(none)') throw unreachable('no package libtorch-dev in its lists');
  if (isNewEnough(candidate)) return;
  throw new SetupError({
    code: 'setup/libtorch-too-old',
    where: 'apt-get install libtorch-dev',
    expected: `libtorch ${OLDEST.join('.')} or newer`,
    received: `${candidate}, all that this release of the distribution has`,
    hint: waysAsText('libtorch', 'linux'),
  });
}

/**
 * How much apt would download and occupy on disk. With --print-uris it changes nothing.
 * @returns {Promise<{ text: string, bytes: number }>}
 */
async function costOf() {
  const outcome = await run('apt-get', [...INSTALL, '--print-uris', ...PACKAGES], {
    env: { ...process.env, LC_ALL: 'C' },
  });
  failUnlessDone(outcome);
  const download =
    outcome.stdout.match(/Need to get (?:[\d.,]+ \w+\/)?([\d.,]+ \w+) of archives/)?.[1] ?? '0 B';
  const occupied = outcome.stdout.match(/After this operation, ([\d.,]+ \w+) of additional/)?.[1] ?? '0 B';
  return {
    text: `${download} to download, ${occupied} on disk`,
    bytes: inBytes(download) + inBytes(occupied),
  };
}

/** @param {string} size as apt prints it: "345 MB", "1,402 MB" */
function inBytes(size) {
  const [number = '0', unit = 'B'] = size.replaceAll(',', '').split(' ');
  const factors = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15 };
  return Number(number) * (factors[/** @type {keyof typeof factors} */ (unit)] ?? 1);
}

/** @param {{ text: string, bytes: number }} cost */
function checkSpace({ text, bytes }) {
  const { bavail, bsize } = statfsSync('/usr');
  if (bavail * bsize > bytes) return;
  throw new SetupError({
    code: 'setup/disk-full',
    where: '/usr',
    expected: `room for libtorch (${text})`,
    received: `${Math.round((bavail * bsize) / 1e6)} MB free`,
    hint: 'free some space and try again; nothing has been installed',
  });
}

/**
 * Status-Fd lines read "dlstatus:1:23.4:Retrieving ..." and "pmstatus:libtorch1.13:45.6:...".
 * @param {(detail: string) => void} update
 */
function percent(update) {
  return (/** @type {string} */ line) => {
    const share = line.match(/^(?:dl|pm)status:[^:]*:([\d.]+):/)?.[1];
    if (share !== undefined) update(`${Math.round(Number(share))} %`);
  };
}

/** @param {import('./run.mjs').Outcome} outcome */
function failUnlessDone({ code, stdout, stderr }) {
  if (code === 0) return;
  const complaint = `${stderr}\n${stdout}`.split('\n').filter((line) => /^(E: |dpkg: error)/.test(line));
  if (complaint.some((line) => /fetch|resolve|connect|Unable to locate/i.test(line)))
    throw unreachable(complaint[0]);
  throw new SetupError({
    code: 'setup/apt',
    where: `apt-get install ${PACKAGES.join(' ')}`,
    expected: 'apt to install libtorch',
    received: complaint.join(' ') || `exit status ${code}`,
    hint: 'what dpkg has begun, `sudo apt-get --fix-broken install` finishes, or says why it cannot',
  });
}

/** @param {string | undefined} received */
function unreachable(received) {
  return new SetupError({
    code: 'setup/no-network',
    where: 'apt-get',
    expected: 'a package mirror that answers, to install libtorch',
    received: received ?? 'no answer',
    hint: 'check the network (or /etc/apt/sources.list) and try again; nothing has been installed',
  });
}
