/** The figures of chapter 4, by the names that its text gives them. */
import BatchNormFigure from './BatchNormFigure.svelte';
import DropoutFigure from './DropoutFigure.svelte';
import LeakyFigure from './LeakyFigure.svelte';
import PoolFigure from './PoolFigure.svelte';
import SoftmaxFigure from './SoftmaxFigure.svelte';

export const figures = {
  pooling: PoolFigure,
  'leaky-relu': LeakyFigure,
  'batch-norm': BatchNormFigure,
  dropout: DropoutFigure,
  softmax: SoftmaxFigure,
};
