// The statistics that the tables print.

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median, smallest and largest. @param {readonly number[]} values */
export function spread(values) {
  return { median: median(values), low: Math.min(...values), high: Math.max(...values) };
}
