/** A camera and the gesture that it shows, by the hook of @kinora/recognizer. */
import { useRecognizer } from '@kinora/recognizer/react';
import { useCallback, useRef } from 'react';

export function Gestures({ model }: { model: string }) {
  const camera = useRef<HTMLVideoElement | null>(null);
  const { video, prediction, gesture, status, error } = useRecognizer({
    model,
    settings: { threshold: 0.7 },
  });

  // The same function in every render, or React would take the video away and give it back.
  const ref = useCallback(
    (element: HTMLVideoElement | null) => {
      camera.current = element;
      video(element);
    },
    [video],
  );

  async function start(): Promise<void> {
    const element = camera.current;
    if (element === null) return;
    element.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
    await element.play();
  }

  return (
    <main>
      <video ref={ref} muted playsInline width={320} />
      <button type="button" onClick={start}>
        Start the camera
      </button>
      <h1>{gesture?.label ?? '-'}</h1>
      <p role="status">{error?.message ?? `${status.state}: ${status.reason}`}</p>
      <ol>
        {prediction?.top.slice(0, 3).map(({ label, score }) => (
          <li key={label}>
            <meter value={score} /> {label}
          </li>
        ))}
      </ol>
    </main>
  );
}
