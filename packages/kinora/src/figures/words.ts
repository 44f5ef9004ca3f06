/** Formats of numbers in reports. */

/** `87.5 %`, always with one decimal so that columns line up; a dash for an undefined share. */
export function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(1)} %` : '–';
}

/** `88 %`, if there is little room. */
export function wholePercent(share: number): string {
  return Number.isFinite(share) ? `${Math.round(share * 100)} %` : '–';
}

/** A difference of shares in points: `+1.2`, `-0.4`, `0.0`. */
export function points(share: number): string {
  const text = (100 * share).toFixed(1);
  return /^-?0\.0$/.test(text) ? '0.0' : share > 0 ? `+${text}` : text;
}

/** Three significant digits, never as a power of ten: `0.543`, `27.9`, `3,460`. */
export function threeDigits(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3, minimumSignificantDigits: 3 });
}

/** `1 clip`, `1,234 clips`. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? noun : nouns}`;
}

interface IntervalWords {
  /** Of one number. Default: `percent`. */
  readonly word?: (value: number) => string;
  /** What stands before the ends. */
  readonly before?: string;
}

interface Ends {
  readonly low: number;
  readonly high: number;
}

/** A value with the ends of its interval, `81.5 % (75.0 % to 87.1 %)`. */
export const withEnds = (interval: Ends & { readonly value: number }, words: IntervalWords = {}): string =>
  `${(words.word ?? percent)(interval.value)} (${ends(interval, words)})`;

/**
 * The ends of an interval, `75.0 % to 87.1 %`, with what stands before them; `one person: no interval` where they are NaN, which is
 * how `Interval` says that all clips are of one person.
 */
export function ends({ low, high }: Ends, { word = percent, before = '' }: IntervalWords = {}): string {
  return Number.isNaN(low) ? 'one person: no interval' : `${before}${word(low)} to ${word(high)}`;
}
