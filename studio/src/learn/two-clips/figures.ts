/** The figure of chapter 2. */
import OrderFigure from './OrderFigure.svelte';

export const figures = { 'opposite-order': OrderFigure };
