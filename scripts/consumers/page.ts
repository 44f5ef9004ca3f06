// What a stranger might write first with @kinora/recognizer in a page. It is only checked here: the tests of the package run
// pages in a browser.
import {
  type BrowserClip,
  createRecognizer,
  type Prediction,
  type Recognition,
  readHead,
} from '@kinora/recognizer';
import { KinoraRecognizerElement } from '@kinora/recognizer/element';
import { type UsedRecognizer, useRecognizer } from '@kinora/recognizer/react';

export async function name(clip: BrowserClip, signal: AbortSignal): Promise<string | undefined> {
  const recognizer = await createRecognizer({ model: '/model.onnx', backend: 'auto', signal });
  const { top }: Prediction = await recognizer.predict(clip, { signal });
  await recognizer.useGestures(readHead('{}', 'gestures.json', recognizer.info));
  const seen: Recognition = recognizer.recognizeFor(document.createElement('canvas'), performance.now());
  return seen.gesture?.label ?? top[0]?.label;
}

export const Gestures = (): UsedRecognizer['gesture'] => useRecognizer({ model: '/model.onnx' }).gesture;
export const element: KinoraRecognizerElement = document.createElement('kinora-recognizer');
export const isElement = (value: unknown): boolean => value instanceof KinoraRecognizerElement;
