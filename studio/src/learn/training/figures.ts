/** The figures of chapter 6, by the names that its text gives them. */
import AugmentFigure from './AugmentFigure.svelte';
import CounterexampleFigure from './CounterexampleFigure.svelte';
import CurvesFigure from './CurvesFigure.svelte';
import KernelFilm from './KernelFilm.svelte';
import OverfittingFigure from './OverfittingFigure.svelte';

export const figures = {
  curves: CurvesFigure,
  kernels: KernelFilm,
  overfitting: OverfittingFigure,
  augmentation: AugmentFigure,
  counterexample: CounterexampleFigure,
};
