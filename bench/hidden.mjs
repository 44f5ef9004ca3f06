// Computes how much gradient communication backward hides, from the times at which each bucket was sent and returned on every
// rank. Ranks share a clock, so steps need not be compared with each other: noise changes how long things take, not their
// order.

/** @typedef {{ sent: number, returned: number }} BucketTime */

/**
 * Times of one step, in milliseconds. `sending`: some bucket that all ranks had sent was in flight. `exposed`: the part of it
 * after the last gradient of all ranks.
 * @param {readonly (readonly BucketTime[])[]} ranks each rank's buckets, in the order of sending
 */
export function sendingOf(ranks) {
  const buckets = (ranks[0] ?? []).map((_, i) => ({
    sent: Math.max(...ranks.map((times) => times[i]?.sent ?? Number.NaN)),
    returned: Math.max(...ranks.map((times) => times[i]?.returned ?? Number.NaN)),
  }));
  // A bucket is sent when its last gradient is ready; the last bucket with the last gradient of all.
  const backwardEnds = Math.max(...buckets.map(({ sent }) => sent));
  const end = Math.max(...buckets.map(({ returned }) => returned));
  return { sending: covered(buckets), exposed: end - backwardEnds };
}

/** Length of the union of intervals that are sorted by where they begin. @param {readonly BucketTime[]} intervals */
function covered(intervals) {
  let [length, until] = [0, Number.NEGATIVE_INFINITY];
  for (const { sent, returned } of intervals) {
    length += Math.max(0, returned - Math.max(sent, until));
    until = Math.max(until, returned);
  }
  return length;
}
