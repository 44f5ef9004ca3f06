/** The figures of chapter 6, by the names that its text gives them. */
import AugmentFigure from './AugmentFigure.svelte';
import CounterexampleFigure from './CounterexampleFigure.svelte';
import CurvesFigure from './CurvesFigure.svelte';
import KernelFilm from './KernelFilm.svelte';

export const figures = {
  curves: CurvesFigure,
  kernels: KernelFilm,
  augmentation: AugmentFigure,
  counterexample: CounterexampleFigure,
};
