/** A project's events as a stream that lasts until the page closes it. */
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { ServerEvents } from '../api/contract.js';
import type { OpenProject } from '../opened/open-project.js';

/** Milliseconds between two lines that keep the connection open. */
const ALIVE = 15_000;
/** Events that wait for a page that does not read; more are dropped, and it asks again when it is back. */
const MOST_WAITING = 100;

export function eventStream(context: Context, project: OpenProject): Response {
  return streamSSE(context, async (stream) => {
    let waiting = 0;
    const write = (message: { event?: string; data: string }): void => {
      if (waiting >= MOST_WAITING) return;
      waiting++;
      stream.writeSSE(message).finally(() => waiting--);
    };
    const stop = project.listen(<Name extends keyof ServerEvents>(event: Name, data: ServerEvents[Name]) =>
      write({ event, data: JSON.stringify(data) }),
    );
    const alive = setInterval(() => write({ event: 'alive', data: '' }), ALIVE);
    await new Promise<void>((ended) => stream.onAbort(ended));
    clearInterval(alive);
    stop();
  });
}
