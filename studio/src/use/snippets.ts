/** Code that uses an exported model, ready to copy. */

/** @param model name of the file */
export const browserSnippet = (
  model: string,
): string => `import { createRecognizer } from '@kinora/recognizer';

const recognizer = await createRecognizer({ model: '/${model}' });
recognizer.on('gesture', ({ phase, label, score }) => console.log(phase, label, score));

const video = document.querySelector('video');
video.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
await video.play();
recognizer.attach(video);`;

export const nodeSnippet = (model: string): string => `import { createRecognizer } from '@kinora/recognizer';

const recognizer = await createRecognizer({ model: '${model}' });
const { top } = await recognizer.predict('clip.mp4');
console.log(top[0].label, top[0].score);
await recognizer.close();`;

/** One file from a CDN, for pages without a build. */
export const elementSnippet = (
  model: string,
): string => `<script type="module" src="https://cdn.jsdelivr.net/npm/@kinora/recognizer"></script>

<kinora-recognizer model="${model}" camera>
  <button slot="start">Start the camera</button>
  <h2 slot="label"></h2>
</kinora-recognizer>`;
