/** What a threshold on the confidence costs: which share of the clips is answered, and how many of the answers are right. */

export interface Answered {
  readonly confidence: number;
  readonly right: boolean;
}
export interface AtThreshold {
  readonly threshold: number;
  /** Number of clips whose confidence reaches the threshold. */
  readonly answered: number;
  readonly right: number;
}

export const atThreshold = (answers: readonly Answered[], threshold: number): AtThreshold => {
  const kept = answers.filter(({ confidence }) => confidence >= threshold);
  return { threshold, answered: kept.length, right: kept.filter(({ right }) => right).length };
};

/** At every hundredth from 0 to 1. */
export const thresholds = (answers: readonly Answered[]): AtThreshold[] =>
  Array.from({ length: 101 }, (_, i) => atThreshold(answers, i / 100));
