/**
 * What the page does on its own: tables sort by their headings, and whatever is pointed at tells its value at once.
 * Without it the page loses nothing but convenience: the values are SVG titles.
 */
export const SCRIPT = `
for (const table of document.querySelectorAll('table.sortable')) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => head.firstChild.addEventListener('click', () => {
    const up = head.getAttribute('aria-sort') === 'descending' || (column === 0 && !head.hasAttribute('aria-sort'));
    heads.forEach((other) => other.removeAttribute('aria-sort'));
    head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    const key = ({ cells }) => cells[column].dataset.value ?? cells[column].textContent;
    const order = (a, b) => String(key(a)).localeCompare(String(key(b)), 'en', { numeric: false });
    const value = (a, b) => (column === 0 ? order(a, b) : key(a) - key(b));
    body.append(...[...body.rows].sort((a, b) => (up ? value(a, b) : value(b, a))));
  }));
}
const tip = document.getElementById('tip');
const titles = new Map();
for (const title of document.querySelectorAll('svg title')) {
  titles.set(title.parentNode, title.textContent);
  title.remove();
}
document.addEventListener('pointermove', ({ target, clientX, clientY }) => {
  const owner = target.closest?.('svg .cell, svg circle');
  tip.style.opacity = owner ? 1 : 0;
  if (!owner) return;
  tip.textContent = titles.get(owner);
  const { offsetWidth: width, offsetHeight: height } = tip;
  tip.style.left = Math.max(4, Math.min(innerWidth - width - 4, clientX + 14)) + 'px';
  tip.style.top = (clientY + height + 22 > innerHeight ? clientY - height - 10 : clientY + 16) + 'px';
});
`;
