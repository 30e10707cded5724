import { useEffect, useState } from 'preact/hooks';

/** Pages of the console. */
export type PageName = 'live' | 'budgets' | 'signals' | 'analyses';

/** Which page, and of which budget or signal. */
export interface PageAddress {
  readonly page: PageName;
  readonly id: string | null;
}

/** `#/budgets/voice` is the budget voice; what is no page is the live one. */
export function readAddress(hash: string): PageAddress {
  const [, name, id = ''] = /^#\/(budgets|signals|analyses)(?:\/(.+))?$/.exec(hash) ?? [];
  if (name !== 'budgets' && name !== 'signals' && name !== 'analyses') return { page: 'live', id: null };
  try {
    return { page: name, id: id === '' ? null : decodeURIComponent(id) };
  } catch {
    return { page: name, id: null };
  }
}

/** The address of a page. */
export function addressOf(page: PageName, id?: string): string {
  if (page === 'live') return '#/';
  return `#/${page}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;
}

/** The page that the browser's address names. */
export function usePageAddress(): PageAddress {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = (): void => setHash(location.hash);
    addEventListener('hashchange', follow);
    // Coming back from signing in, the address was put right before anybody listened.
    follow();
    return () => removeEventListener('hashchange', follow);
  }, []);
  return readAddress(hash);
}
