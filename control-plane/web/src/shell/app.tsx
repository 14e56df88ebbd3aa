import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { AlertView } from '../alerts/alert-view.tsx';
import { AlertsView } from '../alerts/alerts-view.tsx';
import { onTokenChange, readToken } from '../api/token.ts';
import { ThreadList } from '../list/thread-list.tsx';
import { useRoute } from '../route/navigate.ts';
import { DiffView } from '../runs/diff-view.tsx';
import { RunView } from '../runs/run-view.tsx';
import { RunsView } from '../runs/runs-view.tsx';
import { SearchView } from '../search/search-view.tsx';
import { ThreadView } from '../thread/thread-view.tsx';
import { TopicsView } from '../topics/topics-view.tsx';
import { useKeys } from '../ui/keys.ts';
import { Header } from './header.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { SignIn } from './sign-in.tsx';

export function App() {
  const token = useSyncExternalStore(onTokenChange, readToken);
  const wasSignedIn = useRef(token !== null);
  useEffect(() => {
    if (token !== null) wasSignedIn.current = true;
  }, [token]);
  return token === null ? <SignIn expired={wasSignedIn.current} /> : <Rooms />;
}

function Rooms() {
  const route = useRoute();
  const [isHelpOpen, setHelpOpen] = useState(false);
  const searchBox = useRef<HTMLInputElement>(null);
  useKeys({
    '?': () => setHelpOpen(true),
    '/': () => {
      searchBox.current?.focus();
      searchBox.current?.select();
    },
  });
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <Header route={route} searchBox={searchBox} onHelp={() => setHelpOpen(true)} />
      <main id="main" tabIndex={-1} className={`main main-${route.view}`}>
        {route.view === 'list' && <ThreadList filters={route.filters} />}
        {route.view === 'search' && <SearchView q={route.q} />}
        {route.view === 'thread' && <ThreadView key={route.thread} id={route.thread} request={route.request} q={route.q} />}
        {route.view === 'topics' && <TopicsView />}
        {route.view === 'runs' && <RunsView filters={route.filters} />}
        {route.view === 'run' && (route.against === undefined ? <RunView id={route.run} /> : <DiffView a={route.run} b={route.against} />)}
        {route.view === 'alerts' && <AlertsView />}
        {route.view === 'alert' && <AlertView id={route.alert} />}
      </main>
      <HelpDialog isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />
    </>
  );
}
