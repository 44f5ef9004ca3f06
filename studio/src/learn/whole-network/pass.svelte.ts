/** One forward pass of the chosen clip through the trained network: the maps of every layer. */
import { normaliseClip } from '@kinora/clip';
import type { Layer } from '@kinora/recognizer';
import { look, openNetwork, readWeights } from '../../network/open.js';
import type { Tensor } from '../../network/safetensors.js';
import { isStep } from '../../network/steps.js';
import { clip, type ShownClip } from '../../site/clip.svelte.js';
import { site } from '../../site/open.js';
import type { Maps } from './cell.js';

export interface PassLayer extends Layer {
  readonly maps: Maps;
}

export interface Pass {
  readonly clip: ShownClip;
  /** The network's input, `[3, T, H, W]`. */
  readonly input: Maps;
  readonly layers: readonly PassLayer[];
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly top: readonly { readonly label: string; readonly score: number }[];
  readonly latency: number;
}

/** The input of a layer in a sequential network: the output of the layer before it. */
export const inputOf = ({ input, layers }: Pass, index: number): Maps => layers[index - 1]?.maps ?? input;

export const pass = (() => {
  let now = $state.raw<Pass>();
  let problem = $state('');
  return {
    get now() {
      return now;
    },
    get problem() {
      return problem;
    },
    /** Runs whenever the chosen clip changes; call it during component initialisation. */
    follow(): void {
      $effect(() => {
        const shown = clip.now;
        if (shown === undefined || now?.clip === shown) return;
        runPass(shown).then(
          (done) => {
            if (clip.now === shown) now = done;
          },
          (error: Error) => {
            problem = `The network can't run here: ${error.message}`;
          },
        );
      });
    },
  };
})();

async function runPass(shown: ShownClip): Promise<Pass> {
  const { run, spec } = site();
  const [network, weights] = await Promise.all([openNetwork(run), readWeights(run)]);
  const { data, count, height, width } = shown.frames;
  const { maps, top, latency } = await look(network, data, true);
  const layers = network.layers.filter(isStep).map((layer) => {
    const { shape } = layer;
    return { ...layer, maps: { shape: four(shape), values: maps[layer.output]!.data } };
  });
  const input = { shape: [3, count, height, width], values: normaliseClip(data, spec.mean, spec.std) };
  return { clip: shown, input, layers, weights, top, latency };
}

const four = (shape: readonly number[]): number[] => [...shape, 1, 1, 1].slice(0, 4);
