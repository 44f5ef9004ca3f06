/**
 * Frame rates: which frame of a source is on the screen at each tick of the rate the network knows.
 * Works by timestamps, so that a variable frame rate is played at its true speed.
 */

/** One millionth of a second: timestamps that differ by rounding of their time base count as equal. */
const SAME = 1e-6;

/**
 * Positions `[ticks]` (int32) of the frame shown at `from + k / rate` for k = 0, 1, ... before `to`.
 * `times` are the moments (seconds, ascending) at which each frame appears; the last one stays as long as
 * the one before it did, or one tick if it is alone. At least one position is returned.
 */
export function resampleByTime(times: Float64Array, rate: number, from?: number, to?: number): Int32Array {
  const first = times[0]!;
  const start = Math.max(first, first + (from ?? 0));
  const end = Math.min(endTime(times, rate), to === undefined ? Number.POSITIVE_INFINITY : first + to);
  const ticks = Math.max(1, Math.ceil((end - start) * rate - SAME * rate));
  const positions = new Int32Array(ticks);
  let shown = 0;
  for (let k = 0; k < ticks; k++) {
    const now = start + k / rate + SAME;
    while (shown + 1 < times.length && times[shown + 1]! <= now) shown++;
    positions[k] = shown;
  }
  return positions;
}

/** The frames of a source without timestamps that lie in `[from, to)` seconds at `rate` frames a second. */
export function resampleByRate(count: number, rate: number, from?: number, to?: number): Int32Array {
  const first = Math.min(count - 1, Math.max(0, Math.round((from ?? 0) * rate)));
  const last = to === undefined ? count : Math.min(count, Math.round(to * rate));
  return Int32Array.from({ length: Math.max(1, last - first) }, (_, i) => first + i);
}

/** When the last frame leaves the screen, in seconds. */
function endTime(times: Float64Array, rate: number): number {
  const last = times.length - 1;
  return times[last]! + (last > 0 ? times[last]! - times[last - 1]! : 1 / rate);
}
