/**
 * A network as one HTML file that recognises gestures by the camera, without a server: the recognizer, onnxruntime and the model
 * are in it. What the camera shows does not leave the page.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { kinoraError } from '@kinora/torch/error';

/** The recognizer as one file; `scripts/build.mjs` puts it there. */
const RECOGNIZER = fileURLToPath(new URL('../runtime/recognizer.mjs', import.meta.url));

/**
 * Text of the page. Throws `export/no-recognizer` where the package was built without it.
 *
 * @param model an ONNX file
 * @param labels what it recognises
 */
export function recognizerPage(model: Uint8Array, labels: readonly string[], name: string): string {
  if (!existsSync(RECOGNIZER))
    throw kinoraError('export/no-recognizer', RECOGNIZER, 'the recognizer as one file', 'nothing there', {
      hint: 'in the repository: node scripts/build.mjs',
    });
  // A script ends at the first of these, even in a text of its own.
  const recognizer = readFileSync(RECOGNIZER, 'utf8').replaceAll('</script', '<\\/script');
  const items = labels.map((label) => `<li>${escaped(label)}</li>`).join('');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escaped(name)}</title>
<style>${STYLE}</style>
<main>
<h1>${escaped(name)}</h1>
<kinora-recognizer camera>
<button slot="start">Start the camera</button>
<p class="label" slot="label" aria-live="polite"></p>
<p slot="status"></p>
</kinora-recognizer>
<h2>It recognises</h2>
<ul>${items}</ul>
<p class="note">Everything is computed on this device. What the camera shows does not leave this page.</p>
</main>
<script type="text/plain" id="model">${Buffer.from(model).toString('base64')}</script>
<script type="module">
const bytes = Uint8Array.from(atob(document.getElementById('model').textContent), (c) => c.charCodeAt(0));
document.querySelector('kinora-recognizer').setAttribute('model', URL.createObjectURL(new Blob([bytes])));
</script>
<script type="module">${recognizer}</script>
</html>
`;
}

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; }
main { max-width: 40rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; }
h2 { font-size: 1rem; margin-bottom: 0; }
kinora-recognizer { display: block; }
kinora-recognizer::part(video) { width: 100%; border-radius: 0.5rem; background: #8884; }
button { font: inherit; padding: 0.6rem 1.2rem; border-radius: 0.5rem; border: 1px solid; background: none; cursor: pointer; }
.label { font-size: 2rem; font-weight: 600; min-height: 3rem; margin: 0.5rem 0; }
ul { columns: 2; padding-left: 1.2rem; }
.note { opacity: 0.75; }`;

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
