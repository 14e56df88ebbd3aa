// Colours for what is drawn on a canvas, which cannot follow the theme by itself.

const NAMES = {
  accent: '--accent',
  warn: '--warn',
  bad: '--bad',
  line: '--line',
  soft: '--ink-soft',
  selected: '--accent-ground',
} as const;

/** Colours as the theme has them now. light-dark() is resolved by a probe: a custom property is read back as it was written. */
export function canvasColours(): Readonly<Record<keyof typeof NAMES, string>> {
  const probe = document.createElement('span');
  document.body.append(probe);
  const read = (name: string): string => {
    probe.style.color = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    return getComputedStyle(probe).color;
  };
  const found = Object.fromEntries(Object.entries(NAMES).map(([key, name]) => [key, read(name)]));
  probe.remove();
  return found as Record<keyof typeof NAMES, string>;
}

/** Calls back whenever the colours change, by the reader's choice or the system's; returns how to stop. */
export function onThemeChange(callback: () => void): () => void {
  const chosen = new MutationObserver(callback);
  chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', callback);
  return () => {
    chosen.disconnect();
    system.removeEventListener('change', callback);
  };
}
