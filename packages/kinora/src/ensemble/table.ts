/** What members say of the same clips, as plain numbers: what rules are fitted to, applied to and measured on. */
import { type Device, fromTypedArray, inferenceMode, scope } from '@kinora/torch';
import type { MemberLogits } from '../measure/metrics.js';
import type { Rule } from '../model/ensemble/rules.js';

export interface LogitTable extends MemberLogits {
  /** Names of the clips, `[N]`. */
  readonly ids: readonly string[];
  /** Who is in each clip, or what else must not be divided, `[N]`: clips of one number stay together. */
  readonly groups: Int32Array;
}

/** Some of the clips. @param rows their positions, in the order wanted */
export function pick(table: LogitTable, rows: ArrayLike<number>): LogitTable {
  const at = Array.from(rows);
  return {
    classes: table.classes,
    members: table.members.map((logits) => pickRows(logits, table.classes, at)),
    targets: Int32Array.from(at, (n) => table.targets[n]!),
    ids: at.map((n) => table.ids[n]!),
    groups: Int32Array.from(at, (n) => table.groups[n]!),
  };
}

/** Some rows of logits `[N, classes]`. */
export function pickRows(logits: Float32Array, classes: number, rows: readonly number[]): Float32Array {
  const picked = new Float32Array(rows.length * classes);
  for (const [i, n] of rows.entries())
    picked.set(logits.subarray(n * classes, (n + 1) * classes), i * classes);
  return picked;
}

/** The ensemble's logits, float32 `[N, classes]`, by the very module that an ensemble saves. */
export function applyRule(
  rule: Rule,
  { members, classes, ids }: LogitTable,
  device: Device = 'cpu',
): Float32Array {
  return scope(() =>
    inferenceMode(() => {
      const logits = members.map((own) => fromTypedArray(own, [ids.length, classes], { device }));
      return rule.call(logits).toTypedArray() as Float32Array;
    }),
  );
}
