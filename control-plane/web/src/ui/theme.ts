// The reader's choice wins over the system's; without one the style sheet follows the system by itself.
import { useState } from 'react';

export type Theme = 'light' | 'dark';
const KEY = 'clew.theme';

const chosen = (): Theme | null => {
  const value = localStorage.getItem(KEY);
  return value === 'light' || value === 'dark' ? value : null;
};
const ofSystem = (): Theme => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');

export function applyTheme(): void {
  const theme = chosen();
  if (theme === null) delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

export function useTheme(): { readonly theme: Theme; readonly toggle: () => void } {
  const [theme, setTheme] = useState<Theme>(() => chosen() ?? ofSystem());
  const toggle = (): void => {
    const next = theme === 'dark' ? 'light' : 'dark';
    // Going back to what the system says also goes back to following it.
    if (next === ofSystem()) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
    applyTheme();
    setTheme(next);
  };
  return { theme, toggle };
}
