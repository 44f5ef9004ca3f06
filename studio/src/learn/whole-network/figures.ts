/** The figures of chapter 5, by the names that its text gives them. */
import CellExplorer from './CellExplorer.svelte';
import LayerColumn from './LayerColumn.svelte';

export const figures = { 'layer-column': LayerColumn, 'one-cell': CellExplorer };
