/**
 * Measures where the time of training steps goes, phase by phase, and prints a table with advice. Without `--profile` no clock
 * is read.
 */
import { cuda, type Device } from '@kinora/torch';

/** In the order of a step; `between` is validation, checkpoints and whatever else comes after an epoch. */
export const PHASES = ['data', 'input', 'forward', 'backward', 'optimizer', 'logging', 'between'] as const;
export type Phase = (typeof PHASES)[number];

/** Counts the time since the last call as time of `phase`. */
export type Lap = (phase: Phase) => void;

export const noLap: Lap = () => undefined;

/** Milliseconds by phase. */
export type PhaseTimes = Readonly<Record<Phase, number>>;

const NAMES: Readonly<Record<Phase, string>> = {
  data: 'waiting for data',
  input: 'bytes to floats, on the device',
  forward: 'forward and loss',
  backward: 'backward',
  optimizer: 'optimizer',
  logging: 'metrics and logs',
  between: 'validation and checkpoints',
};

/** Steps at the start that are not counted: memory is still allocated and caches are cold. */
const WARM_UP = 2;

export class StepProfile {
  readonly #times = Object.fromEntries(PHASES.map((phase) => [phase, 0])) as Record<Phase, number>;
  readonly #device: Device;
  #last = performance.now();
  #steps = 0;

  constructor(device: Device) {
    this.#device = device;
  }

  /** A GPU works asynchronously: the clock is read once it has finished. */
  readonly lap: Lap = (phase) => {
    if (this.#device !== 'cpu') cuda.synchronize(this.#device);
    const now = performance.now();
    this.#times[phase] += now - this.#last;
    this.#last = now;
    if (phase === 'logging') this.#countStep();
  };

  /** Steps that the times are of. */
  get steps(): number {
    return Math.max(0, this.#steps - WARM_UP);
  }

  get times(): PhaseTimes {
    return this.#times;
  }

  #countStep(): void {
    if (++this.#steps === WARM_UP) for (const phase of PHASES) this.#times[phase] = 0;
  }
}

/** What the advice depends on. */
export interface ProfileFacts {
  readonly batchSize: number;
  readonly workers: number;
  readonly cores: number;
  readonly device: Device;
}

/** Lines for people: a table, then what to change. */
export function describeProfile(
  { steps, times }: Pick<StepProfile, 'steps' | 'times'>,
  facts: ProfileFacts,
): string[] {
  if (steps === 0) return [`profile: no figures before step ${WARM_UP + 1}`];
  const total = PHASES.reduce((sum, phase) => sum + times[phase], 0);
  const rate = (1000 * steps * facts.batchSize) / total;
  const rows = PHASES.map((phase) => {
    const [each, share] = [times[phase] / steps, times[phase] / total];
    const bar = '#'.repeat(Math.round(40 * share));
    return `  ${NAMES[phase].padEnd(32)}${each.toFixed(1).padStart(9)} ms${(100 * share).toFixed(1).padStart(7)} %  ${bar}`.trimEnd();
  });
  const heading = `profile of ${steps} steps of ${facts.batchSize} clips (${rate.toFixed(1)} clips/s), per step:`;
  return [heading, ...rows, ...advice(times, facts).map((line) => `  -> ${line}`)];
}

/** What to change, the most rewarding first; never empty. */
export function advice(times: PhaseTimes, { workers, cores, device }: ProfileFacts): string[] {
  const total = PHASES.reduce((sum, phase) => sum + times[phase], 0);
  const above = (phase: Phase, share: number) => times[phase] > share * total;
  const lines: string[] = [];
  if (above('data', 0.1)) lines.push(dataAdvice(workers, cores));
  if (above('between', 0.3))
    lines.push('validation takes a large share: use a shorter validation list or longer epochs');
  if (above('optimizer', 0.2)) lines.push('the optimizer takes a large share: raise batchSize');
  if (above('logging', 0.1))
    lines.push('logging takes a large share: reduce histograms and logClips, or use a faster disk');
  if (above('input', 0.2))
    lines.push('copying clips to the device takes a large share: lower batchSize if memory is short');
  if (lines.length > 0) return lines;
  return [
    device === 'cpu'
      ? 'the CPU computes nearly all the time: a GPU, more cores or a smaller network would be faster'
      : 'the GPU computes nearly all the time: a smaller network or more GPUs would be faster',
  ];
}

function dataAdvice(workers: number, cores: number): string {
  return workers < cores
    ? `the network waits for clips: raise workers (${workers} now, ${cores} cores here)`
    : 'the network waits for clips while all cores decode: use smaller frames or a faster disk';
}
