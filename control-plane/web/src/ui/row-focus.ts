/** Moves the focus among rows marked data-row, from the focused one or from the first in sight. */
export function moveRowFocus(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  const focused = rows.findIndex((row) => row === document.activeElement);
  const target = focused === -1 ? rows.find((row) => row.getBoundingClientRect().top >= 0) : rows[focused + step];
  target?.focus();
  target?.closest('li')?.scrollIntoView({ block: 'nearest' });
}
