/** How numbers are written in reports. */

/** `87.5%`, always with one decimal so that columns line up; a share of nothing is a dash. */
export function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(1)}%` : '–';
}

/** `88%`, where there is little room. */
export function wholePercent(share: number): string {
  return Number.isFinite(share) ? `${Math.round(share * 100)}%` : '–';
}

/** `1 clip`, `1,234 clips`. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? noun : nouns}`;
}
