/**
 * Progress on standard error: one line when a task starts, one when it ends, and between them a live line on
 * a terminal or a plain line every ten seconds elsewhere. A task that ends within two seconds prints
 * nothing.
 */

const LIVE_EVERY = 200; // ms, on a terminal
const PLAIN_EVERY = 10_000; // ms, in a log file
const QUIET_UNTIL = 2_000; // ms

/**
 * @typedef {(detail: string) => void} Update reports how far the task is: "3 of 8"
 * @typedef {object} Say
 * @property {(text: string) => void} line
 * @property {<T>(title: string, work: (update: Update) => Promise<T>) => Promise<T>} task
 */

/**
 * @param {{ isTTY?: boolean | undefined, write(text: string): unknown }} [stream]
 * @returns {Say}
 */
export function createSay(stream = process.stderr) {
  return {
    line: (text) => void stream.write(`${text}\n`),
    async task(title, work) {
      const ticker = startTicker(stream, title);
      try {
        const result = await work(ticker.update);
        ticker.stop('done');
        return result;
      } catch (error) {
        ticker.stop('failed');
        throw error;
      }
    },
  };
}

/** Prints nothing; for callers that only want the result. @type {Say} */
export const silent = { line: () => {}, task: (_title, work) => work(() => {}) };

/** @param {{ isTTY?: boolean | undefined, write(text: string): unknown }} stream @param {string} title */
function startTicker(stream, title) {
  const start = Date.now();
  const live = stream.isTTY === true;
  let detail = '';
  let spoken = false;
  const elapsed = () => `${Math.round((Date.now() - start) / 1000)} s`;
  const show = () => {
    if (Date.now() - start < QUIET_UNTIL) return;
    const text = [title, detail, elapsed()].filter(Boolean).join(' · ');
    stream.write(live ? `\r\x1b[2K${text}` : `${text}\n`);
    spoken = true;
  };
  const first = setTimeout(show, QUIET_UNTIL);
  const timer = setInterval(show, live ? LIVE_EVERY : PLAIN_EVERY);
  return {
    /** @param {string} text */
    update(text) {
      detail = text;
    },
    /** @param {string} outcome */
    stop(outcome) {
      clearTimeout(first);
      clearInterval(timer);
      if (spoken) stream.write(`${live ? '\r\x1b[2K' : ''}${title} · ${outcome} in ${elapsed()}\n`);
    },
  };
}
