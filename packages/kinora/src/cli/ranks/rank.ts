/** Runs a command as one of several processes, and ends it so that no process is left behind. */
import { distributed } from '@kinora/torch';
import { KinoraError } from '@kinora/torch/error';
import { describeFailure } from '../terminal/failure.js';

/** Exit code of a rank that stopped because another one did (EX_TEMPFAIL): the whole group may be restarted. */
export const RESTARTABLE = 75;

/** The message of a rank to its launcher once it has joined the group: from then on its errors reach the other ranks. */
export const JOINED = 'joined';

/** Errors of a rank that lost another rank or its host. Any other error is its own and would recur. */
const LOST = ['distributed/rank-lost', 'distributed/collective', 'distributed/store-lost'];

/**
 * Runs a rank's work. Ends the process immediately after a failure, whatever it is still waiting for, with the rank
 * before the error; and when the process that started it exits.
 */
export async function asRank(
  place: distributed.Place,
  work: (rendezvous: distributed.Rendezvous) => Promise<void>,
): Promise<void> {
  if (process.channel !== undefined) {
    process.once('disconnect', () => process.exit(RESTARTABLE));
    process.channel.unref();
  }
  const report = once((error) => printFailure(place, error));
  try {
    const joined = (rendezvous: distributed.Rendezvous) => {
      process.send?.(JOINED);
      return work(rendezvous);
    };
    await distributed.Rendezvous.run(place, joined, { onError: report });
    process.removeAllListeners('disconnect');
    if (process.connected) process.disconnect();
  } catch (error) {
    report(error);
    const isLost = error instanceof KinoraError && LOST.includes(error.code);
    process.exit(isLost ? RESTARTABLE : describeFailure(error, false).exitCode);
  }
}

function printFailure({ rank }: distributed.Place, error: unknown): void {
  const { text } = describeFailure(error, false);
  if (text !== '') process.stderr.write(`[rank ${rank}] ${text}\n`);
}

function once(report: (error: unknown) => void): (error: unknown) => void {
  let reported = false;
  return (error) => {
    if (!reported) report(error);
    reported = true;
  };
}
