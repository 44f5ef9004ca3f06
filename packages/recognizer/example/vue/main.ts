/** A camera and the gesture that it shows. In a single-file component, `h()` is the template. */
import { createApp, defineComponent, h, ref } from 'vue';
import { useRecognizer } from './useRecognizer';

const Gestures = defineComponent(() => {
  const video = ref<HTMLVideoElement | null>(null);
  const { gesture, status, error } = useRecognizer(video, {
    model: './model.onnx',
    settings: { threshold: 0.7 },
  });

  async function start(): Promise<void> {
    video.value!.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
    await video.value!.play();
  }

  return () =>
    h('main', [
      h('video', { ref: video, muted: true, playsinline: true, width: 320 }),
      h('button', { type: 'button', onClick: start }, 'Start the camera'),
      h('h1', gesture.value?.label ?? '-'),
      h('p', { role: 'status' }, error.value?.message ?? `${status.value.state}: ${status.value.reason}`),
    ]);
});

createApp(Gestures).mount('#root');
