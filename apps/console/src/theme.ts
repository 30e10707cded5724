import { useEffect, useState } from 'preact/hooks';

/** What the page looks like; the reader's choice lasts, without one it follows the system. */
export type Theme = 'light' | 'dark';

const STORED = 'spendline.theme';
const systemIsDark = window.matchMedia('(prefers-color-scheme: dark)');

function chosenTheme(): Theme | null {
  try {
    const stored = localStorage.getItem(STORED);
    return stored === 'light' || stored === 'dark' ? stored : null;
  } catch {
    // Storage may be switched off; then the choice lasts as long as the page.
    return null;
  }
}

function storeTheme(theme: Theme): void {
  try {
    localStorage.setItem(STORED, theme);
  } catch {
    // See above.
  }
}

/** Sets the chosen theme before the first frame. */
export function applyChosenTheme(): void {
  const theme = chosenTheme();
  if (theme) document.documentElement.dataset['theme'] = theme;
}

/** The theme in force and how to change to the other one. */
export function useTheme(): [Theme, () => void] {
  const [chosen, setChosen] = useState(chosenTheme);
  const [system, setSystem] = useState<Theme>(systemIsDark.matches ? 'dark' : 'light');
  useEffect(() => {
    const follow = (event: MediaQueryListEvent): void => setSystem(event.matches ? 'dark' : 'light');
    systemIsDark.addEventListener('change', follow);
    return () => systemIsDark.removeEventListener('change', follow);
  }, []);
  const theme = chosen ?? system;
  const change = (): void => {
    const next = theme === 'dark' ? 'light' : 'dark';
    storeTheme(next);
    document.documentElement.dataset['theme'] = next;
    setChosen(next);
  };
  return [theme, change];
}
