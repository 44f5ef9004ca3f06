/** A command that runs as one of several processes: how it ends, so that none is left behind. */
import { KinoraError } from '@kinora/torch/error';
import { describeFailure } from '../terminal/failure.js';

/** Exit code of a rank that stopped because another one did (EX_TEMPFAIL): the whole group may be started again. */
export const RESTARTABLE = 75;

const OF_OTHERS = ['distributed/rank-failed', 'distributed/collective'];

/**
 * Runs a rank's work and ends the process: after a failure at once, with the rank before its line and whatever it still waits
 * for, and when the process that started it is gone.
 */
export async function asRank(rank: number, work: () => Promise<void>): Promise<void> {
  if (process.channel !== undefined) {
    process.once('disconnect', () => process.exit(RESTARTABLE));
    process.channel.unref();
  }
  try {
    await work();
    process.removeAllListeners('disconnect');
    if (process.connected) process.disconnect();
  } catch (error) {
    const { exitCode, text } = describeFailure(error, false);
    if (text !== '') process.stderr.write(`[rank ${rank}] ${text}\n`);
    const isOthers = error instanceof KinoraError && OF_OTHERS.includes(error.code);
    process.exit(isOthers ? RESTARTABLE : exitCode);
  }
}
