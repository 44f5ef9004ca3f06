// `a.add_(b)` on two one-element tensors. Prints microseconds, the best of several runs: a call is so short that other load on
// the machine falls between calls.
import { tensor, threads } from '@kinora/torch';
import { sizes } from '../sizes.mjs';
import { seconds, serve } from './serve.mjs';

threads.set(1);
const [a, b] = [tensor([1]), tensor([1])];
const calls = () => {
  for (let i = 0; i < sizes.calls; i++) a.add_(b);
};
await serve(async () => {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < sizes.callRuns; run++) best = Math.min(best, await seconds(calls));
  return (best / sizes.calls) * 1e6;
});
