/** The figure of the playground's chapter. */
import Playground from './Playground.svelte';

export const figures = { playground: Playground };
