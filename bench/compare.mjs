// Compares our side of a case with its peers. All sides start first and are then measured in turns, so that other load on the
// machine affects all of them alike. Each round gives one ratio; the result of a case is the median of its ratios.
import { startSide } from './side.mjs';
import { spread } from './statistics.mjs';

/**
 * @typedef {import('./side.mjs').Command} Command
 * @typedef {object} Peer
 * @property {string} name
 * @property {Command | undefined | '' | false} side none if not available
 * @property {number} [target] smallest acceptable ratio; without one, the ratio is only reported
 *
 * @typedef {object} Case
 * @property {string} name
 * @property {string} what one line: what is measured, on what
 * @property {string} unit
 * @property {'more' | 'less'} better
 * @property {Command} ours
 * @property {readonly Peer[]} peers
 * @property {number} [limit] the largest acceptable value
 * @property {boolean} [fresh] use a new process for each number, because the result varies between processes
 *
 * @typedef {{ median: number, low: number, high: number }} Spread
 * @typedef {{ name: string, value: Spread, ratio: Spread, target?: number }} PeerResult
 * @typedef {{ case: Case, rounds: number, ours: Spread, peers: PeerResult[] }} Result
 */

/**
 * @param {Case} one
 * @param {number} rounds
 * @param {(line: string) => void} say
 * @param {{ warmUp?: boolean }} [options]
 * @returns {Promise<Result>}
 */
export async function compare(one, rounds, say, { warmUp = true } = {}) {
  const peers = one.peers.filter(({ side }) => side);
  const commands = [one.ours, ...peers.flatMap(({ side }) => side || [])];
  /** @type {import('./side.mjs').Side[]} */
  const sides = [];
  const measure = async (/** @type {number} */ i) =>
    (one.fresh ? await inFreshProcess(commands[i]) : await sides[i]?.measure()) ?? Number.NaN;
  try {
    if (!one.fresh) for (const command of commands) sides.push(await startSide(command));
    // One round to warm up: caches, allocators, compiled code.
    if (warmUp) for (const side of sides) await side.measure();
    /** @type {number[][]} */
    const values = commands.map(() => []);
    for (let round = 0; round < rounds; round++) {
      for (const i of turns(commands.length, round)) values[i]?.push(await measure(i));
      say(
        `${one.name}: round ${round + 1} of ${rounds}, ${values.map((of) => number(of[round] ?? Number.NaN)).join(' / ')} ${one.unit}`,
      );
    }
    const [ours = [], ...others] = values;
    return {
      case: one,
      rounds,
      ours: spread(ours),
      peers: peers.map(({ name, target }, i) => ({
        name,
        value: spread(others[i] ?? []),
        ratio: spread(ours.map((mine, round) => ratio(mine, others[i]?.[round] ?? Number.NaN, one.better))),
        ...(target === undefined ? {} : { target }),
      })),
    };
  } finally {
    await Promise.all(sides.map((side) => side.close()));
  }
}

/** The second measurement of a separate process. @param {Command | undefined} command */
async function inFreshProcess(command) {
  if (command === undefined) return undefined;
  const side = await startSide(command);
  try {
    await side.measure();
    return await side.measure();
  } finally {
    await side.close();
  }
}

/** Every second round runs in reverse order, so that no side always follows the same one. */
function turns(/** @type {number} */ sides, /** @type {number} */ round) {
  const order = Array.from({ length: sides }, (_, i) => i);
  return round % 2 === 0 ? order : order.reverse();
}

/** The factor by which ours is better. */
const ratio = (
  /** @type {number} */ ours,
  /** @type {number} */ theirs,
  /** @type {Case['better']} */ better,
) => (better === 'more' ? ours / theirs : theirs / ours);

/** Three significant digits. @param {number} value */
export const number = (value) => Number(value.toPrecision(3)).toString();
