// `a.add_(b)` of two tensors of one element. Prints microseconds: the best of several runs, since a call is so short that
// whatever else the machine does falls between calls.
import { tensor, threads } from '@kinora/torch';
import { seconds, serve } from './serve.mjs';

const CALLS = 20_000;
const RUNS = 30;

threads.set(1);
const [a, b] = [tensor([1]), tensor([1])];
const calls = () => {
  for (let i = 0; i < CALLS; i++) a.add_(b);
};
await serve(async () => {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) best = Math.min(best, await seconds(calls));
  return (best / CALLS) * 1e6;
});
