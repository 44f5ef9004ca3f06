/** Draws which member is right on which clip from Pólya's urn, whose draws follow exactly the beta-binomial (Skellam, 1948) of `kinora/votes`. */

/** `[clips][members]`. `random` gives numbers in [0, 1). */
export function drawVotes(
  clips: number,
  members: number,
  p: number,
  correlation: number,
  random: () => number,
): boolean[][] {
  return Array.from({ length: clips }, () => drawClip(members, p, correlation, random));
}

/** A ball that is drawn goes back with one more of its kind, so that members agree more often than by chance. */
function drawClip(members: number, p: number, correlation: number, random: () => number): boolean[] {
  const total = correlation === 0 ? Number.POSITIVE_INFINITY : 1 / correlation - 1;
  const votes: boolean[] = [];
  for (let right = 0; votes.length < members; ) {
    const chance = correlation === 0 ? p : (p * total + right) / (total + votes.length);
    const vote = random() < chance;
    if (vote) right++;
    votes.push(vote);
  }
  return votes;
}
