// The results table in Markdown: one line per peer.
import { number } from './compare.mjs';

/** @param {readonly import('./compare.mjs').Result[]} results */
export function table(results) {
  const lines = results.flatMap((result) =>
    result.case.peers.length === 0 ? [alone(result)] : result.peers.map((peer) => row(result, peer)),
  );
  return [
    '| what | Kinora | peer | ratio (smallest to largest) | target |',
    '|---|---:|---:|---:|---:|',
    ...lines,
  ].join('\n');
}

/** @param {import('./compare.mjs').Result} result @param {import('./compare.mjs').PeerResult} peer */
function row({ case: { name, what, unit }, ours }, { name: other, value, ratio, target }) {
  const verdict = target === undefined ? '' : `${target}${ratio.median >= target ? '' : ', missed'}`;
  return `| ${name}: ${what} | ${number(ours.median)} ${unit} | ${other}: ${number(value.median)} | **${ratio.median.toFixed(2)}** (${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)}) | ${verdict} |`;
}

/** A case with a limit instead of a peer. @param {import('./compare.mjs').Result} result */
function alone({ case: { name, what, unit, limit }, ours }) {
  const verdict =
    limit === undefined ? '' : `at most ${limit} ${unit}${ours.median <= limit ? '' : ', missed'}`;
  return `| ${name}: ${what} | ${number(ours.median)} ${unit} (${number(ours.low)} to ${number(ours.high)}) | | | ${verdict} |`;
}
