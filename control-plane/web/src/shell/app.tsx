import { lazy, Suspense, useRef, useState, useSyncExternalStore } from 'react';
import { readMe } from '../api/client.ts';
import { MeContext, mayOf } from '../api/me.ts';
import { onTokenChange, readToken } from '../api/token.ts';
import { useResource } from '../api/use-resource.ts';
import { ThreadList } from '../list/thread-list.tsx';
import { useRoute } from '../route/navigate.ts';
import type { Route } from '../route/url.ts';
import { SearchView } from '../search/search-view.tsx';
import { ThreadView } from '../thread/thread-view.tsx';
import { useKeys } from '../ui/keys.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { Header } from './header.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { SubNav } from './nav.tsx';
import { NoEntry } from './no-entry.tsx';
import { roomOf } from './room-list.ts';
import { RoomBoundary } from './room-boundary.tsx';
import { SignIn } from './sign-in.tsx';

// Rooms other than threads are fetched when they are opened.
const AccuracyView = lazy(async () => ({ default: (await import('../accuracy/accuracy-view.tsx')).AccuracyView }));
const AlertView = lazy(async () => ({ default: (await import('../alerts/alert-view.tsx')).AlertView }));
const AlertsView = lazy(async () => ({ default: (await import('../alerts/alerts-view.tsx')).AlertsView }));
const CostsView = lazy(async () => ({ default: (await import('../costs/costs-view.tsx')).CostsView }));
const HealthView = lazy(async () => ({ default: (await import('../health/health-view.tsx')).HealthView }));
const ModelsView = lazy(async () => ({ default: (await import('../models/models-view.tsx')).ModelsView }));
const AuditView = lazy(async () => ({ default: (await import('../privacy/audit-view.tsx')).AuditView }));
const PoliciesView = lazy(async () => ({ default: (await import('../privacy/policies-view.tsx')).PoliciesView }));
const RetentionView = lazy(async () => ({ default: (await import('../privacy/retention-view.tsx')).RetentionView }));
const TokensView = lazy(async () => ({ default: (await import('../privacy/tokens-view.tsx')).TokensView }));
const AnswersView = lazy(async () => ({ default: (await import('../runs/answers-view.tsx')).AnswersView }));
const ChangesView = lazy(async () => ({ default: (await import('../runs/changes-view.tsx')).ChangesView }));
const DiffView = lazy(async () => ({ default: (await import('../runs/diff-view.tsx')).DiffView }));
const RunView = lazy(async () => ({ default: (await import('../runs/run-view.tsx')).RunView }));
const RunsView = lazy(async () => ({ default: (await import('../runs/runs-view.tsx')).RunsView }));
const TopicView = lazy(async () => ({ default: (await import('../topics/topic-view.tsx')).TopicView }));
const TopicsView = lazy(async () => ({ default: (await import('../topics/topics-view.tsx')).TopicsView }));
const LogView = lazy(async () => ({ default: (await import('../trust/log-view.tsx')).LogView }));
const ManifestsView = lazy(async () => ({ default: (await import('../trust/manifests-view.tsx')).ManifestsView }));
const WorksView = lazy(async () => ({ default: (await import('../works/works-view.tsx')).WorksView }));

export function App() {
  const token = useSyncExternalStore(onTokenChange, readToken);
  return token === null ? <SignIn /> : <Rooms />;
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
          <RoomBoundary key={route.view}>
            <Suspense fallback={<Skeleton rows={6} label="Loading" />}>
              <View route={route} />
            </Suspense>
          </RoomBoundary>
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
