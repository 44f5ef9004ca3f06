import { createRoot } from 'react-dom/client';
import { Gestures } from './Gestures';

createRoot(document.querySelector('#root')!).render(<Gestures model="./model.onnx" />);
