/**
 * Runs other programs. When this process is interrupted, its children are stopped and the registered clean-ups
 * run, so that no partial results are left.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * @typedef {object} Outcome
 * @property {number} code exit status; 127 when the program could not be started, 128 + n after signal n
 * @property {string} stdout
 * @property {string} stderr
 *
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {boolean} [shareTerminal] stays in this process's group: for programs that run as root, which only the
 * terminal's Ctrl+C can interrupt
 * @property {boolean} [sheltered] Ctrl+C does not reach it, and an interrupt waits for it to
 * end
 * @property {boolean} [inherit] show its output instead of collecting it
 * @property {number} [timeout] milliseconds, after which it and its children are killed; its exit status is
 * then 124
 * @property {(line: string) => void} [onLine] called with each line of standard output as it comes
 */

/** @type {Set<{ stop: (signal: NodeJS.Signals) => void, sheltered: boolean, ended: Promise<unknown> }>} */
const running = new Set();
/** @type {Set<() => void>} */
const cleanups = new Set();
let interrupted = false;

/**
 * @param {string} command @param {readonly string[]} args @param {RunOptions} [options]
 * @returns {Promise<Outcome>}
 */
export function run(command, args, options = {}) {
  const {
    cwd,
    env = process.env,
    sheltered = false,
    shareTerminal = false,
    inherit = false,
    timeout,
    onLine,
  } = options;
  const child = spawn(command, args, {
    cwd,
    env,
    detached: !shareTerminal, // a separate process group, so that it can be stopped together with its children
    stdio: ['ignore', inherit ? 'inherit' : 'pipe', inherit ? 'inherit' : 'pipe'],
  });
  const ended = collect(child, onLine);
  const stop = (/** @type {NodeJS.Signals} */ signal) =>
    void (shareTerminal ? child.kill(signal) : signalGroup(child, signal));
  const entry = { stop, sheltered, ended };
  running.add(entry);
  const alarm = timeout === undefined ? undefined : setTimeout(() => stop('SIGKILL'), timeout);
  const start = Date.now();
  return ended.then((outcome) => {
    clearTimeout(alarm);
    running.delete(entry);
    if (interrupted) return new Promise(() => {}); // the caller must not continue: interrupt() ends the process
    const late = timeout !== undefined && outcome.code === 137 && Date.now() - start >= timeout;
    return late ? { ...outcome, code: 124 } : outcome;
  });
}

/**
 * Registers a clean-up for when the process is interrupted.
 * @param {() => void} cleanup @returns {() => void} cancels the registration
 */
export function onInterrupt(cleanup) {
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

/**
 * Makes Ctrl+C and SIGTERM end this process cleanly. For entry files only: a library must not install signal
 * handlers.
 */
export function handleInterrupts() {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.once(signal, () => void interrupt(signal));
  }
}

/** @param {'SIGINT' | 'SIGTERM' | 'SIGHUP'} signal */
async function interrupt(signal) {
  interrupted = true;
  const entries = [...running];
  const sheltered = entries.filter((entry) => entry.sheltered);
  for (const { stop } of entries.filter((entry) => !entry.sheltered)) stop('SIGTERM');
  if (sheltered.length > 0) process.stderr.write('\nfinishing what must not be cut short, then stopping\n');
  await Promise.all(entries.map((entry) => entry.ended));
  for (const cleanup of cleanups) cleanup();
  process.exit(128 + constants.signals[signal]);
}

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} signal */
function signalGroup({ pid }, signal) {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error; // it has just ended
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child @param {((line: string) => void) | undefined}
 * onLine
 * @returns {Promise<Outcome>}
 */
function collect(child, onLine) {
  let stdout = '';
  let stderr = '';
  let partial = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    stdout += text;
    if (onLine === undefined) return;
    const lines = (partial + text).split(/\r|\n/);
    partial = lines.pop() ?? '';
    lines.forEach(onLine);
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 127, stdout, stderr: stderr + error.message }));
    child.once('close', (code, signal) =>
      resolve({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), stdout, stderr }),
    );
  });
}
