/** A worker's side of the questions: one after the other, in the order in which they came; cancelled ones are left out. */
import { KinoraError, type KinoraErrorParts } from '@kinora/clip';
import type { Answered, Asked, Cancelled, Protocol } from './worker-calls.js';

export type Answers<All extends Protocol<All>> = {
  [Name in keyof All]: (ask: All[Name]['ask']) => Promise<All[Name]['answer']>;
};

/** What is to be called with each message; answers go to `post`. */
export function serve<All extends Protocol<All>>(
  answers: Answers<All>,
  post: (message: Answered) => void,
): (message: Asked<All> | Cancelled) => void {
  const cancelled = new Set<number>();
  let turn: Promise<void> = Promise.resolve();
  const answer = async ({ id, name, ask }: Asked<All>): Promise<void> => {
    const unwanted = cancelled.has(id);
    // Questions come in the order of their numbers: what was cancelled too late is forgotten here.
    for (const one of cancelled) if (one <= id) cancelled.delete(one);
    if (unwanted) return;
    try {
      post({ id, answer: await answers[name](ask) });
    } catch (error) {
      post({ id, error: partsOf(error) });
    }
  };
  return (message) => {
    if ('cancel' in message) cancelled.add(message.cancel);
    else turn = turn.then(() => answer(message));
  };
}

/** What crosses to the page; causes may not be cloneable. */
function partsOf(error: unknown): KinoraErrorParts {
  if (error instanceof KinoraError) {
    const { cause: _, ...parts } = error.parts;
    return parts;
  }
  return { code: 'recognizer/failed', expected: 'the network to run', received: String(error) };
}
