import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { AccuracyView } from '../accuracy/accuracy-view.tsx';
import { AlertView } from '../alerts/alert-view.tsx';
import { AlertsView } from '../alerts/alerts-view.tsx';
import { readMe } from '../api/client.ts';
import { MeContext, mayOf } from '../api/me.ts';
import { onTokenChange, readToken } from '../api/token.ts';
import { useResource } from '../api/use-resource.ts';
import { CostsView } from '../costs/costs-view.tsx';
import { HealthView } from '../health/health-view.tsx';
import { ThreadList } from '../list/thread-list.tsx';
import { ModelsView } from '../models/models-view.tsx';
import { useRoute } from '../route/navigate.ts';
import type { Route } from '../route/url.ts';
import { AuditView } from '../privacy/audit-view.tsx';
import { PoliciesView } from '../privacy/policies-view.tsx';
import { RetentionView } from '../privacy/retention-view.tsx';
import { TokensView } from '../privacy/tokens-view.tsx';
import { AnswersView } from '../runs/answers-view.tsx';
import { ChangesView } from '../runs/changes-view.tsx';
import { DiffView } from '../runs/diff-view.tsx';
import { RunView } from '../runs/run-view.tsx';
import { RunsView } from '../runs/runs-view.tsx';
import { SearchView } from '../search/search-view.tsx';
import { ThreadView } from '../thread/thread-view.tsx';
import { LogView } from '../trust/log-view.tsx';
import { ManifestsView } from '../trust/manifests-view.tsx';
import { TopicView } from '../topics/topic-view.tsx';
import { TopicsView } from '../topics/topics-view.tsx';
import { useKeys } from '../ui/keys.ts';
import { WorksView } from '../works/works-view.tsx';
import { Header } from './header.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { SubNav } from './nav.tsx';
import { NoEntry } from './no-entry.tsx';
import { roomOf } from './room-list.ts';
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
  const { data: me } = useResource('me', readMe);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const room = roomOf(route.view);
  const searchBox = useRef<HTMLInputElement>(null);
  useKeys({
    '?': () => setHelpOpen(true),
    '/': () => {
      searchBox.current?.focus();
      searchBox.current?.select();
    },
  });
  return (
    <MeContext value={me}>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <Header route={route} searchBox={searchBox} onHelp={() => setHelpOpen(true)} />
      <main id="main" tabIndex={-1} className={`main main-${route.view}`}>
        <SubNav view={route.view} />
        {me !== undefined && room !== undefined && !mayOf(me)(room.permission) ? (
          <NoEntry me={me} room={room} isHome={location.search === ''} />
        ) : (
          <View route={route} />
        )}
      </main>
      <HelpDialog isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} me={me} />
    </MeContext>
  );
}

function View({ route }: { readonly route: Route }) {
  switch (route.view) {
    case 'list':
      return <ThreadList filters={route.filters} />;
    case 'search':
      return <SearchView q={route.q} />;
    case 'thread':
      return <ThreadView key={route.thread} place={route} />;
    case 'topics':
      return <TopicsView figures={route.figures} />;
    case 'topic':
      return <TopicView key={route.topic} id={route.topic} figures={route.figures} />;
    case 'models':
      return <ModelsView place={route} />;
    case 'costs':
      return <CostsView by={route.by} since={route.since} />;
    case 'works':
      return <WorksView since={route.since} least={route.least} />;
    case 'health':
      return <HealthView />;
    case 'accuracy':
      return <AccuracyView since={route.since} />;
    case 'runs':
      return <RunsView filters={route.filters} />;
    case 'run':
      return route.against === undefined ? <RunView id={route.run} /> : <DiffView a={route.run} b={route.against} />;
    case 'retention':
      return <RetentionView />;
    case 'audit':
      return <AuditView filters={route.filters} />;
    case 'tokens':
      return <TokensView />;
    case 'policies':
      return <PoliciesView version={route.version} />;
    case 'answers':
      return <AnswersView place={route} />;
    case 'changes':
      return <ChangesView at={route.at} minutes={route.minutes} />;
    case 'manifests':
      return <ManifestsView since={route.since} />;
    case 'log':
      return <LogView />;
    case 'alerts':
      return <AlertsView status={route.status} />;
    case 'alert':
      return <AlertView id={route.alert} />;
  }
}
