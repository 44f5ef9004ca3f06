/** Several networks and a rule as one network, so that an ensemble can be used wherever a network can. */
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
        /** The run that it came from. */
        name: z.string(),
        /** In the registry. */
        network: z.string(),
        /** SHA-256 of its weights file, hexadecimal. */
        sha256: z.string(),
      }),
    )
    .min(2)
    .max(64),
  /** The list to which the rule was fitted; null for rules without weights. */
  fitted: z.strictObject({ list: z.string(), clips: z.int(), hash: z.string() }).nullable(),
});
/** The description of an ensemble that is saved with its weights. */
export type EnsembleSpec = z.infer<typeof ensembleSchema>;

/** Not in the registry; its members are. */
export const ENSEMBLE = 'Ensemble';

export class Ensemble extends Network {
  readonly members: nn.ModuleList<Network>;
  readonly rule: Rule;
  /** Optical flow, if a member needs it. */
  override readonly flow: boolean;

  constructor(members: readonly Network[], rule: Rule) {
    super();
    this.flow = members.some((member) => member.flow);
    this.members = new nn.ModuleList(members);
    this.rule = rule;
  }

  /** The features are the concatenated logits of the members, `[N, members x classes]`. */
  forward(clips: Tensor, flow?: Tensor): NetworkOutput {
    const logits = [...this.members].map(
      (member) => member.call(clips, member.flow ? flow : undefined).logits,
    );
    return { logits: this.rule.call(logits), features: ops.cat(logits, 1) };
  }
}

/** Builds the networks and the rule of a spec, without loading weights. @param size `[T, H, W]` of the clips */
export function newEnsemble({ rule, members }: EnsembleSpec, classes: number, size: Size3): Ensemble {
  const networks = members.map(({ network }) => findNetwork(network).build(classes, size));
  return new Ensemble(networks, newRule(rule, members.length, classes));
}

export type { Rule, RuleName };
