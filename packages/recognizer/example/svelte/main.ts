import { mount } from 'svelte';
import Gestures from './Gestures.svelte';

mount(Gestures, { target: document.querySelector('#root')!, props: { model: './model.onnx' } });
