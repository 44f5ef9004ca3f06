/** A command that runs as one of several processes: how it ends, so that none is left behind. */
import { distributed } from '@kinora/torch';
import { KinoraError } from '@kinora/torch/error';
import { describeFailure } from '../terminal/failure.js';

/** Exit code of a rank that stopped because another one did (EX_TEMPFAIL): the whole group may be started again. */
export const RESTARTABLE = 75;

/** What a rank tells the process that started it, once it has a seat: from then on the other ranks hear of its errors. */
export const SEATED = 'seated';

/** A rank is gone, or its host. Where one has an error of its own, that would come again. */
const LOST = ['distributed/rank-lost', 'distributed/collective', 'distributed/store-lost'];

/**
 * Runs a rank's work and ends the process: after a failure at once, with the rank before its line and whatever it still waits
 * for, and when the process that started it is gone.
 */
export async function asRank(
  place: distributed.Place,
  work: (rendezvous: distributed.Rendezvous) => Promise<void>,
): Promise<void> {
  if (process.channel !== undefined) {
    process.once('disconnect', () => process.exit(RESTARTABLE));
    process.channel.unref();
  }
  const tell = once((error) => say(place, error));
  try {
    const seated = (rendezvous: distributed.Rendezvous) => {
      process.send?.(SEATED);
      return work(rendezvous);
    };
    await distributed.Rendezvous.together(place, seated, { tell });
    process.removeAllListeners('disconnect');
    if (process.connected) process.disconnect();
  } catch (error) {
    tell(error);
    const isLost = error instanceof KinoraError && LOST.includes(error.code);
    process.exit(isLost ? RESTARTABLE : describeFailure(error, false).exitCode);
  }
}

function say({ rank }: distributed.Place, error: unknown): void {
  const { text } = describeFailure(error, false);
  if (text !== '') process.stderr.write(`[rank ${rank}] ${text}\n`);
}

function once(tell: (error: unknown) => void): (error: unknown) => void {
  let told = false;
  return (error) => {
    if (!told) tell(error);
    told = true;
  };
}
