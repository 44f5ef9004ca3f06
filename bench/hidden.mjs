// How much of the sending of gradients backward hides, from when each bucket went off and came back on every rank. Ranks
// share a clock, so that no step has to be compared with another: noise changes how long things take, not which of
// them comes first.

/** @typedef {{ off: number, back: number }} BucketTime */

/**
 * Of one step, in milliseconds: `sending`, while any bucket was under way that all ranks had given away; `exposed`, what of
 * it came after the last gradient of all ranks.
 * @param {readonly (readonly BucketTime[])[]} ranks each rank's buckets, in the order of sending
 */
export function sendingOf(ranks) {
  const buckets = (ranks[0] ?? []).map((_, i) => ({
    off: Math.max(...ranks.map((times) => times[i]?.off ?? Number.NaN)),
    back: Math.max(...ranks.map((times) => times[i]?.back ?? Number.NaN)),
  }));
  // A bucket goes off when its last gradient is there, the last one with the last of all.
  const backwardEnds = Math.max(...buckets.map(({ off }) => off));
  const end = Math.max(...buckets.map(({ back }) => back));
  return { sending: covered(buckets), exposed: end - backwardEnds };
}

/** Length of the union of intervals that are sorted by where they begin. @param {readonly BucketTime[]} intervals */
function covered(intervals) {
  let [length, until] = [0, Number.NEGATIVE_INFINITY];
  for (const { off, back } of intervals) {
    length += Math.max(0, back - Math.max(off, until));
    until = Math.max(until, back);
  }
  return length;
}
