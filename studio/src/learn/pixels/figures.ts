/** The figures of chapter 1, by the names that its text gives them. */
import ConvolutionBench from './ConvolutionBench.svelte';
import FrameFilter from './FrameFilter.svelte';

export const figures = { 'convolution-by-hand': ConvolutionBench, 'whole-frame': FrameFilter };
