/** Selecting items as in a file manager: a click selects one, Ctrl adds or removes one, Shift extends from the last. */

export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** Index of the item with the keyboard's focus. */
  readonly active: number;
  /** Index at which a range starts. */
  readonly anchor: number;
}

export const NONE: Selection = { ids: new Set(), active: 0, anchor: 0 };

export type Reach = 'one' | 'toggle' | 'range' | 'move';

/** `move` changes the active item only. Items outside `order` are no longer selected. */
export function select(before: Selection, order: readonly string[], index: number, reach: Reach): Selection {
  const id = order[index];
  if (id === undefined) return before;
  if (reach === 'move') return { ...before, active: index, anchor: index };
  if (reach === 'one') return { ids: new Set([id]), active: index, anchor: index };
  if (reach === 'range') {
    const [from, until] = [Math.min(before.anchor, index), Math.max(before.anchor, index)];
    return { ids: new Set(order.slice(from, until + 1)), active: index, anchor: before.anchor };
  }
  const ids = new Set(before.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, active: index, anchor: index };
}

export const selectAll = (order: readonly string[], { active, anchor }: Selection): Selection => ({
  ids: new Set(order),
  active,
  anchor,
});

/** After the items have changed: what is gone is not selected any more, and the active item stays where it was. */
export function retain(before: Selection, order: readonly string[]): Selection {
  const present = new Set(order);
  const ids = new Set([...before.ids].filter((id) => present.has(id)));
  const last = Math.max(0, order.length - 1);
  return { ids, active: Math.min(before.active, last), anchor: Math.min(before.anchor, last) };
}
