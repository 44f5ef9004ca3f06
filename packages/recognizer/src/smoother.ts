/** The average of the last predictions: what `settings.window` means. */

interface Vote {
  readonly time: number;
  readonly probabilities: Float32Array;
}

export class Smoother {
  #votes: Vote[] = [];

  /** Adds a prediction and returns the mean of those less than `window` seconds old. */
  add(time: number, probabilities: Float32Array, window: number): Float32Array {
    this.#votes = this.#votes.filter((vote) => vote.time < time && vote.time > time - window);
    this.#votes.push({ time, probabilities });
    const mean = new Float32Array(probabilities.length);
    for (const vote of this.#votes)
      for (let i = 0; i < mean.length; i++) mean[i]! += vote.probabilities[i]! / this.#votes.length;
    return mean;
  }

  reset(): void {
    this.#votes = [];
  }
}
