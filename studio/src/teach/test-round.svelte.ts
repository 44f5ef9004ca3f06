/** A test before anybody relies on it: asks for gestures in random order, and counts what this person gets in this room. */
import { type BrowserRecognizer, type Gesture, NOTHING } from '@kinora/recognizer';
import type { Trial } from './score.js';

/** Seconds to show a gesture, and to put the hand down. */
const TIME = { show: 5, rest: 1.5 } as const;
/** How often each gesture is asked for, and Nothing. */
const EACH = 2;

export class TestRound {
  readonly #recognizer: BrowserRecognizer;
  #stop: AbortController | undefined;
  /** What is asked for now; empty while the hand goes down. */
  asked = $state<string>();
  /** Done so far, and in all. */
  done = $state(0);
  all = $state(0);
  trials = $state.raw<readonly Trial[]>([]);

  constructor(recognizer: BrowserRecognizer) {
    this.#recognizer = recognizer;
  }

  async run(labels: readonly string[]): Promise<void> {
    this.stop();
    const stop = new AbortController();
    this.#stop = stop;
    const requests = shuffled(
      [...labels, NOTHING].flatMap((label) => Array.from({ length: EACH }, () => label)),
    );
    this.trials = [];
    this.all = requests.length;
    this.done = 0;
    for (const asked of requests) {
      this.asked = '';
      await pause(TIME.rest, stop.signal);
      if (stop.signal.aborted) return;
      this.asked = asked;
      const { answered, delay } = await this.#answer(stop.signal);
      if (stop.signal.aborted) return;
      this.trials = [...this.trials, { asked, answered, delay }];
      this.done++;
    }
    this.asked = undefined;
  }

  stop(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.asked = undefined;
  }

  /** The next gesture that starts, or none in time. */
  #answer(signal: AbortSignal): Promise<Pick<Trial, 'answered' | 'delay'>> {
    const began = performance.now();
    const heard = new AbortController();
    return new Promise((resolve) => {
      const settle = (answered: string | undefined): void => {
        heard.abort();
        resolve({ answered, delay: (performance.now() - began) / 1000 });
      };
      const listen = ({ phase, label }: Gesture): void => {
        if (phase === 'started') settle(label);
      };
      this.#recognizer.on('gesture', listen, { signal: heard.signal });
      void pause(TIME.show, AbortSignal.any([signal, heard.signal])).then(() => settle(undefined));
    });
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  const mixed = [...items];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [mixed[i], mixed[j]] = [mixed[j]!, mixed[i]!];
  }
  return mixed;
}

/** Seconds, or less where the signal is aborted. */
const pause = (seconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
