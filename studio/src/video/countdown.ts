/** Counts the remaining seconds down: 3, 2, 1. */
export async function* countdown(from: number): AsyncGenerator<number> {
  for (let left = from; left > 0; left--) {
    yield left;
    await new Promise((later) => setTimeout(later, 1000));
  }
}
