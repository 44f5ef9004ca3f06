/**
 * PySlowFast's names of the weights of X3D, Slow and SlowFast networks, which differ from PyTorchVideo's (ours). Where its
 * X3D has one norm more, the norm becomes part of the convolution before it and the norm beside it. docs/networks.md has
 * the map as a table.
 */
import { noGrad, scope, type Tensor } from '@kinora/torch';

type Weights = Map<string, Tensor>;

/** Whether these are the names of a PySlowFast network: its first stem. */
export const isPySlowFast = (names: Iterable<string>): boolean =>
  [...names].some((name) => name.startsWith('s1.pathway0_stem.'));

/**
 * The same weights under PyTorchVideo's names. A name without a counterpart stays as it is. Disposes the tensors that it
 * replaces.
 */
export function toPyTorchVideo(weights: ReadonlyMap<string, Tensor>): Weights {
  const names = [...weights.keys()];
  const isX3D = weights.has('s1.pathway0_stem.conv_xy.weight');
  const isTwo = names.some((name) => name.includes('.pathway1_'));
  const stages = names.map((name) => Number(IN_BLOCK.exec(name)?.[1] ?? 0) - 1);
  // PyTorchVideo counts the pooling of two pathways as a block.
  const head = `blocks.${Math.max(...stages) + (isTwo ? 2 : 1)}`;
  const rename = (name: string) => (isX3D ? x3dName(name, head) : slowFastName(name, head, isTwo));
  const renamed: Weights = new Map([...weights].map(([name, tensor]) => [rename(name), tensor]));
  return isX3D ? withoutStrideNorms(renamed) : renamed;
}

/** A rule: what a name looks like, and what it becomes. */
type Rule = readonly [pattern: RegExp, replacement: string];

const apply = (rules: readonly Rule[], name: string): string => {
  const rule = rules.find(([pattern]) => pattern.test(name));
  return rule === undefined ? name : name.replace(...rule);
};

/** A stage's number is one more than its block's. */
const IN_BLOCK = /^s(\d)\.pathway(\d)_res(\d+)\.(.+)$/;

const X3D_STEM: readonly Rule[] = [
  [/^s1\.pathway0_stem\.conv_xy\./, 'blocks.0.conv.conv_t.'],
  [/^s1\.pathway0_stem\.conv\./, 'blocks.0.conv.conv_xy.'],
  [/^s1\.pathway0_stem\.bn\./, 'blocks.0.norm.'],
];

const X3D_HEAD: readonly Rule[] = [
  [/^head\.conv_5\./, 'pool.pre_conv.'],
  [/^head\.conv_5_bn\./, 'pool.pre_norm.'],
  [/^head\.lin_5\./, 'pool.post_conv.'],
  [/^head\.projection\./, 'proj.'],
];

/** Inside a residual block. */
const BLOCK: readonly Rule[] = [
  [/^branch1\./, 'branch1_conv.'],
  [/^branch1_bn\./, 'branch1_norm.'],
  [/^branch2\.([abc])\./, 'branch2.conv_$1.'],
  [/^branch2\.([abc])_bn\./, 'branch2.norm_$1.'],
];

const X3D_BLOCK: readonly Rule[] = [
  [/^branch2\.b_bn\./, 'branch2.norm_b.0.'],
  [/^branch2\.se\.fc1\./, 'branch2.norm_b.1.block.0.'],
  [/^branch2\.se\.fc2\./, 'branch2.norm_b.1.block.2.'],
  ...BLOCK,
];

function x3dName(name: string, head: string): string {
  const [, stage, , block, rest] = IN_BLOCK.exec(name) ?? [];
  if (rest === undefined) {
    const inHead = apply(X3D_HEAD, name);
    return inHead === name ? apply(X3D_STEM, name) : `${head}.${inHead}`;
  }
  return `blocks.${Number(stage) - 1}.res_blocks.${block}.${apply(X3D_BLOCK, rest)}`;
}

function slowFastName(name: string, head: string, isTwo: boolean): string {
  const ofPath = (path: string) => (isTwo ? `multipathway_blocks.${path}.` : '');
  const [, stage, path, block, rest] = IN_BLOCK.exec(name) ?? [];
  if (rest !== undefined)
    return `blocks.${Number(stage) - 1}.${ofPath(path!)}res_blocks.${block}.${apply(BLOCK, rest)}`;
  const [, stem, part] = /^s1\.pathway(\d)_stem\.(.+)$/.exec(name) ?? [];
  if (part !== undefined) return `blocks.0.${ofPath(stem!)}${part.replace(/^bn\./, 'norm.')}`;
  const [, fused, inside] = /^s(\d)_fuse\.(.+)$/.exec(name) ?? [];
  if (inside !== undefined) {
    const ours = inside.replace(/^conv_f2s\./, 'conv_fast_to_slow.').replace(/^bn\./, 'norm.');
    return `blocks.${Number(fused) - 1}.multipathway_fusion.${ours}`;
  }
  return name.replace(/^head\.projection\./, `${head}.proj.`);
}

const EPS = 1e-5;
const NORM = /^(blocks\.\d\.res_blocks\.0\.)branch1_norm\.weight$/;

/**
 * PySlowFast's X3D has a norm behind a shortcut that strides but keeps its channels; PyTorchVideo's has none. In
 * evaluation the norm is a factor and a shift for each channel: the factor goes into the convolution before it, the shift
 * into the bias of the norm whose output is added to the shortcut.
 */
function withoutStrideNorms(weights: Weights): Weights {
  for (const name of [...weights.keys()]) {
    const [, block] = NORM.exec(name) ?? [];
    const conv = block && weights.get(`${block}branch1_conv.weight`);
    const bias = block && weights.get(`${block}branch2.norm_c.bias`);
    if (!conv || !bias || conv.shape[0] !== conv.shape[1]) continue;
    const norm = ['weight', 'bias', 'running_mean', 'running_var'].map((part) =>
      weights.get(`${block}branch1_norm.${part}`),
    );
    if (norm.some((tensor) => tensor?.shape.join() !== bias.shape.join())) continue;
    const [gamma, beta, mean, variance] = norm as [Tensor, Tensor, Tensor, Tensor];
    const [scaled, shifted] = noGrad(() =>
      scope((): [Tensor, Tensor] => {
        const factor = gamma.div(variance.add(EPS).sqrt());
        return [conv.mul(factor.view([-1, 1, 1, 1, 1])), bias.add(beta.sub(mean.mul(factor)))];
      }),
    );
    replace(weights, `${block}branch1_conv.weight`, scaled);
    replace(weights, `${block}branch2.norm_c.bias`, shifted);
    for (const part of ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked'])
      replace(weights, `${block}branch1_norm.${part}`);
  }
  return weights;
}

function replace(weights: Weights, name: string, tensor?: Tensor): void {
  weights.get(name)?.dispose();
  if (tensor === undefined) weights.delete(name);
  else weights.set(name, tensor);
}
