/** AbortSignals at work: what was asked for is given up as soon as the signal says so, as `fetch` does. */

export interface Abortable {
  /** Gives up when it is aborted; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The work, or a rejection with the signal's reason as soon as it is aborted; what still runs is not waited for. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const listening = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    const give = (): void => reject(signal.reason);
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { signal: listening.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    listening.abort();
  }
}
