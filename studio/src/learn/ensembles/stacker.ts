/** Reads from the weights of a stacking rule what it has learned. */
import type { SiteEnsemble } from 'kinora/site';

/** One weight of a label's sum: what a member's score for some label counts. */
export interface Term {
  /** Position of the member. */
  readonly member: number;
  /** Position of the label that the member scores. */
  readonly label: number;
  readonly weight: number;
}

/** Whether there are weights per label; a weighted mean has only one per member. */
export const isByLabel = ({ weights }: SiteEnsemble): boolean => weights?.shape.length === 2;

/** How much each member's own score for this label counts towards it; with one weight a member, that. */
export function trust(ensemble: SiteEnsemble, label: number): number[] {
  const { members, weights } = ensemble;
  if (weights === null) return [];
  if (!isByLabel(ensemble)) return [...weights.values];
  return members.map((_, member) => weightOf(ensemble, label, member, label));
}

/** The `most` largest weights of a label's sum that are not in `trust`: what speaks for or against it elsewhere. */
export function hints(ensemble: SiteEnsemble, label: number, most: number): Term[] {
  const { members, labels } = ensemble;
  if (!isByLabel(ensemble)) return [];
  return members
    .flatMap((_, member) =>
      labels.map((_, of) => ({ member, label: of, weight: weightOf(ensemble, label, member, of) })),
    )
    .filter((term) => term.label !== label)
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, most);
}

/** Of `[labels, members x labels]`. */
function weightOf(
  { weights, labels, members }: SiteEnsemble,
  row: number,
  member: number,
  label: number,
): number {
  return weights!.values[(row * members.length + member) * labels.length + label]!;
}
