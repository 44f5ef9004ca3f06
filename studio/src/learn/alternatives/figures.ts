/** The figures of chapter 7, by the names that its text gives them. */
import FamilyTable from './FamilyTable.svelte';
import FlowDiagram from './FlowDiagram.svelte';

export const figures = { 'data-flow': FlowDiagram, families: FamilyTable };
