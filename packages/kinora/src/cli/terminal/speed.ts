/** How fast a task goes and how long it still takes, over the last seconds rather than since its start. */

/** Seconds that the speed is averaged over: long enough to smooth batches, short enough to follow a change. */
const WINDOW = 20;

export interface Speed {
  /** Notes that `done` units were finished at `seconds`. */
  sample(done: number, seconds: number): void;
  /** Units per second, or `undefined` before there are two samples. */
  perSecond(): number | undefined;
}

export function measureSpeed(start: number, seconds: number): Speed {
  const samples: { done: number; seconds: number }[] = [{ done: start, seconds }];
  return {
    sample(done, now) {
      samples.push({ done, seconds: now });
      while (samples.length > 2 && now - samples[0]!.seconds > WINDOW) samples.shift();
    },
    perSecond() {
      const first = samples[0]!;
      const last = samples.at(-1)!;
      const elapsed = last.seconds - first.seconds;
      return elapsed > 0 && last.done > first.done ? (last.done - first.done) / elapsed : undefined;
    },
  };
}

/** `0:07`, `12:34`, `1:02:03`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Three significant digits: `0.42`, `6.31`, `63.1`, `631`, `6310`. */
export function formatRate(rate: number): string {
  return rate >= 100 ? rate.toFixed(0) : rate >= 10 ? rate.toFixed(1) : rate.toFixed(2);
}
