/**
 * Displays progress: one bar that is redrawn in place on a terminal, plain lines everywhere else (files, pipes, CI).
 * Bars and progress lines go to stderr, permanent lines (`log`) to stdout, so that results can be piped.
 */
import { wholePercent } from '../../figures/words.js';
import type { Progress, ProgressOptions, ProgressTask } from '../../progress.js';

export interface Screen {
  /** stderr; bars are drawn only if it is a terminal. */
  stream: { write(text: string): unknown; isTTY?: boolean; columns?: number };
  /** Output of permanent lines. */
  out: { write(text: string): unknown };
  /** Seconds from a monotonic clock. */
  now: () => number;
}

const SCREEN: Screen = { stream: process.stderr, out: process.stdout, now: () => performance.now() / 1000 };

/** Longest interval between plain lines, and shortest between redraws of a bar, in seconds. */
const LINE_EVERY = 5;
const DRAW_EVERY = 0.1;
const BAR_WIDTH = 24;
const CLEAR = '\r\u001b[2K';

/** A bar on a terminal, lines elsewhere. */
export function createProgress(screen: Screen = SCREEN): Progress {
  const terminal = screen.stream.isTTY === true && process.env.TERM !== 'dumb';
  return terminal ? bars(screen) : lines(screen);
}

function bars({ stream, out, now }: Screen): Progress {
  let shown = '';
  const draw = (text: string) => {
    stream.write(`${CLEAR}${text}`);
    shown = text;
  };
  const log = (line: string) => {
    if (shown !== '') stream.write(CLEAR);
    out.write(`${line}\n`);
    if (shown !== '') stream.write(shown);
  };
  const task = (label: string, options: ProgressOptions = {}): ProgressTask => {
    const meter = startMeter(options, now);
    let drawn = Number.NEGATIVE_INFINITY;
    return {
      update(done, note) {
        meter.update(done);
        if (now() - drawn < DRAW_EVERY && done !== options.total) return;
        drawn = now();
        draw(fit([label, bar(done, options.total), ...meter.facts(), note], stream.columns ?? 80));
      },
      finish(note) {
        if (shown !== '') draw('');
        if (note !== undefined) log(`${label}: ${note}`);
      },
    };
  };
  return { task, log };
}

function lines({ stream, out, now }: Screen): Progress {
  const task = (label: string, options: ProgressOptions = {}): ProgressTask => {
    const meter = startMeter(options, now);
    let updates = 0;
    let printed = now();
    const print = (parts: (string | undefined)[]) => {
      printed = now();
      stream.write(`${label}: ${parts.filter((part) => part !== undefined).join(', ')}\n`);
    };
    return {
      update(done, note) {
        meter.update(done);
        updates++;
        const due =
          options.every === undefined ? now() - printed >= LINE_EVERY : updates % options.every === 0;
        if (due) print([...meter.facts(), note]);
      },
      finish(note) {
        if (note !== undefined) print([note]);
      },
    };
  };
  return { task, log: (line) => out.write(`${line}\n`) };
}

/** Tracks one task and describes its state. */
function startMeter({ total, unit = '', start = 0 }: ProgressOptions, now: () => number) {
  const speed = measureSpeed(start, now());
  let done = start;
  return {
    update(value: number) {
      done = value;
      speed.sample(value, now());
    },
    /** `512/1216 clips`, `63.1 clips/s`, `0:11 left` */
    facts(): string[] {
      const rate = speed.perSecond();
      const amount = `${total === undefined ? done : `${done}/${total}`} ${unit}`.trimEnd();
      if (rate === undefined) return [amount];
      const pace = unit === '' ? `${formatRate(rate)}/s` : `${formatRate(rate)} ${unit}/s`;
      const left = total === undefined ? [] : [`${formatDuration((total - done) / rate)} left`];
      return [amount, pace, ...left];
    },
  };
}

function bar(done: number, total: number | undefined): string | undefined {
  if (total === undefined || total <= 0) return undefined;
  const filled = Math.floor(Math.min(1, done / total) * BAR_WIDTH);
  // Rounded down, so that 100 % means finished.
  const share = Math.floor((100 * Math.min(done, total)) / total) / 100;
  return `${'━'.repeat(filled)}${'┄'.repeat(BAR_WIDTH - filled)} ${wholePercent(share).padStart(5)}`;
}

/** Joins the known parts, drops the last ones if the terminal is too narrow, and truncates to its width if necessary. */
function fit(parts: (string | undefined)[], columns: number): string {
  const known = parts.filter((part) => part !== undefined);
  while (known.length > 2 && known.join('  ').length >= columns) known.pop();
  return known.join('  ').slice(0, columns - 1);
}

/** Seconds that the speed is averaged over: long enough to smooth batches, short enough to follow a change. */
const WINDOW = 20;

export interface Speed {
  /** Records that `done` units were finished at `seconds`. */
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
