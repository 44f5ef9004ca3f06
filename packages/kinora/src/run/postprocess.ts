/** The postprocessing spec of a file of weights: stored in its metadata, beside the preprocessing spec. */
import { type PostprocessSpec, parsePostprocess, postprocessDefaults } from '@kinora/clip';
import { kinoraError, serialize } from '@kinora/torch';

const KEY = 'postprocess';

/** The spec inside a file of weights; the defaults where there is none. Throws `spec/*` naming the file. */
export function readPostprocess(file: string): PostprocessSpec {
  if (!file.endsWith('.safetensors')) return postprocessDefaults;
  const text = serialize.loadSafetensorsMetadata(file).get(KEY);
  if (text === undefined) return postprocessDefaults;
  return parsePostprocess(parsed(text), `${file}, ${KEY}`);
}

/** Returns text that is not JSON unchanged, so that the spec's own check reports that it expected an object. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What of the spec a file says: nothing where it is the default. */
export const postprocessMetadata = (spec: PostprocessSpec): Record<string, string> =>
  spec.temperature === 1 && Object.keys(spec.settings).length === 0 && spec.background === undefined
    ? {}
    : { [KEY]: JSON.stringify(spec) };

/**
 * Replaces the spec inside a file of weights, atomically; tensors and other metadata stay the same bytes. Training that
 * resumes saves new weights without it: it was fitted for the old ones. Throws `postprocess/format` for PyTorch's files.
 */
export function writePostprocess(file: string, spec: PostprocessSpec): void {
  if (!file.endsWith('.safetensors'))
    throw kinoraError('postprocess/format', file, 'a .safetensors file', 'one of another format', {
      hint: 'convert it with kinora export --format safetensors',
    });
  serialize.withFile(file, (source) => {
    const { tensors, metadata } = serialize.parseSafetensors(source);
    const { [KEY]: _, ...others } = Object.fromEntries(metadata);
    const all = { ...others, ...postprocessMetadata(spec) };
    serialize.writeSafetensors(file, tensors, new Map(Object.entries(all)));
  });
}
