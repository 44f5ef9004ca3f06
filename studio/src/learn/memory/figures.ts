/** The figures of chapter 8, by the names that its text gives them. */
import CostFigure from './CostFigure.svelte';
import MemoryFigure from './MemoryFigure.svelte';

export const figures = { memory: MemoryFigure, cost: CostFigure };
