/** A trained network's weights in the formats that other programs read: safetensors, and what `torch.load` reads. */
import { postprocessDefaults } from '@kinora/clip';
import { serialize } from '@kinora/torch';
import { postprocessMetadata } from '../run/postprocess.js';
import type { OnnxModel } from './onnx.js';

/** safetensors with PyTorch's names; network and preprocessing stand in its metadata, so that Kinora opens it alone. */
export function saveSafetensors(
  { network, name, spec, postprocess = postprocessDefaults }: OnnxModel,
  file: string,
): void {
  serialize.saveSafetensors(file, network.stateDict(), {
    format: 'pt',
    model: name,
    spec: JSON.stringify(spec),
    ...postprocessMetadata(postprocess),
  });
}

/**
 * A dict `{arch, state_dict, labels, spec}` as `torch.load(file, weights_only=True)` reads it; `spec` is the
 * preprocessing as JSON text.
 */
export function savePyTorch({ network, name, spec }: OnnxModel, file: string): void {
  serialize.saveTorch(file, {
    arch: name,
    state_dict: network.stateDict(),
    labels: [...spec.labels],
    spec: JSON.stringify(spec),
  });
}
