/** The component of the React example, on a page that Next renders on the server; public/model.onnx comes from kinora export. */
'use client';
import { Gestures } from './Gestures';

export default function Page() {
  return <Gestures model="/model.onnx" />;
}
