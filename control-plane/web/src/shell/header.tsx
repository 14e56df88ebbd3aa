import type { RefObject } from 'react';
import { useMay } from '../api/me.ts';
import { signOut } from '../api/session.ts';
import { Link } from '../route/link.tsx';
import { listAddress, type Route } from '../route/url.ts';
import { SearchBox } from '../search/search-box.tsx';
import { useTheme } from '../ui/theme.ts';
import { Logo } from './logo.tsx';
import { Nav } from './nav.tsx';

interface HeaderProps {
  readonly route: Route;
  readonly searchBox: RefObject<HTMLInputElement | null>;
  readonly onHelp: () => void;
}

export function Header({ route, searchBox, onHelp }: HeaderProps) {
  const { theme, toggle } = useTheme();
  const may = useMay();
  return (
    <header className="header">
      <Link className="brand" href={listAddress()} aria-label="Clew">
        <Logo />
        <span>Clew</span>
      </Link>
      <Nav view={route.view} />
      {may('search:read') ? (
        <SearchBox q={'q' in route ? (route.q ?? '') : ''} isResultShown={route.view === 'search'} inputRef={searchBox} />
      ) : (
        <span />
      )}
      <div className="tools">
        <button type="button" className="tool" onClick={onHelp} aria-label="Keys and help">
          <kbd aria-hidden="true">?</kbd>
        </button>
        <button type="button" className="tool" onClick={toggle} aria-label={theme === 'dark' ? 'Use light colours' : 'Use dark colours'}>
          <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
            <circle className="theme-ring" cx="10" cy="10" r="7.2" />
            <path className="theme-half" d="M10 2.800a7.200 7.200 0 0 1 0 14.400z" />
          </svg>
        </button>
        <button type="button" className="tool tool-text" onClick={() => void signOut()}>
          Sign out
        </button>
      </div>
    </header>
  );
}
