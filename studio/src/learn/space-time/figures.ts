/** The figures of chapter 3, by the names that its text gives them. */
import CostTable from './CostTable.svelte';
import ShapeTrail from './ShapeTrail.svelte';
import SpaceTimeBox from './SpaceTimeBox.svelte';

export const figures = {
  'space-time-box': SpaceTimeBox,
  'three-forms': CostTable,
  'shape-trail': ShapeTrail,
};
