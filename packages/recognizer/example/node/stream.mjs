// Gestures in any stream of raw RGB frames, for example of a network camera:
//   ffmpeg -i rtsp://... -vf fps=25,scale=320:240 -f rawvideo -pix_fmt rgb24 - | node stream.mjs model.onnx 320 240 25
import { createRecognizer } from '@kinora/recognizer';

const [model, width, height, rate] = process.argv.slice(2);
const size = { width: Number(width), height: Number(height) };

const recognizer = await createRecognizer({ model });
recognizer.on('gesture', ({ phase, label, score, started }) =>
  console.log(`${started.toFixed(2)} s: ${label} ${phase} (${score.toFixed(2)})`),
);
recognizer.on('error', ({ message }) => {
  console.error(message);
  process.exitCode = 1;
});
await recognizer.attach(frames(process.stdin)).ended;
await recognizer.close();

/** Bytes to frames, whatever pieces they come in. */
async function* frames(stream) {
  const bytes = size.width * size.height * 3;
  let rest = Buffer.alloc(0);
  let count = 0;
  for await (const piece of stream) {
    rest = Buffer.concat([rest, piece]);
    for (; rest.length >= bytes; rest = rest.subarray(bytes))
      yield { data: rest.subarray(0, bytes), ...size, time: count++ / Number(rate) };
  }
}
