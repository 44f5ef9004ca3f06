/** Several networks and a rule as one network, so that whatever takes a network takes an ensemble. */
import { nn, ops, type Tensor } from '@kinora/torch';
import * as z from 'zod';
import type { Size3 } from '../layers.js';
import { Network, type NetworkOutput } from '../network.js';
import { findNetwork } from '../registry.js';
import { newRule, type Rule, type RuleName, ruleNames } from './rules.js';

export const ensembleSchema = z.strictObject({
  rule: z.enum(ruleNames),
  members: z
    .array(
      z.strictObject({
        /** The run it came from. */
        name: z.string(),
        /** In the registry. */
        network: z.string(),
        /** SHA-256 of its weights file, hexadecimal. */
        sha256: z.string(),
      }),
    )
    .min(2),
  /** The list that the rule was fitted to; null for rules without weights. */
  fitted: z.strictObject({ list: z.string(), clips: z.int(), hash: z.string() }).nullable(),
});
/** What a saved ensemble says of itself, beside its weights. */
export type EnsembleSpec = z.infer<typeof ensembleSchema>;

/** The registry does not have it: it is made of networks that the registry has. */
export const ENSEMBLE = 'Ensemble';

export class Ensemble extends Network {
  readonly members: nn.ModuleList<Network>;
  readonly rule: Rule;
  /** Where one of them wants it. */
  override readonly flow: boolean;

  constructor(members: readonly Network[], rule: Rule) {
    super();
    this.flow = members.some((member) => member.flow);
    this.members = new nn.ModuleList(members);
    this.rule = rule;
  }

  /** The features are the members' logits side by side, `[N, members x classes]`. */
  forward(clips: Tensor, flow?: Tensor): NetworkOutput {
    const logits = [...this.members].map(
      (member) => member.call(clips, member.flow ? flow : undefined).logits,
    );
    return { logits: this.rule.call(logits), features: ops.cat(logits, 1) };
  }
}

/** The networks of a spec with a rule of its kind, all fresh. @param size `[T, H, W]` of the clips */
export function newEnsemble({ rule, members }: EnsembleSpec, classes: number, size: Size3): Ensemble {
  const networks = members.map(({ network }) => findNetwork(network).build(classes, size));
  return new Ensemble(networks, newRule(rule, members.length, classes));
}

export type { Rule, RuleName };
