// What stands in the room that the address names. The code of rooms other than threads is fetched when a room is opened, or when a
// pointer or the focus comes to a link that leads there.
import { lazy } from 'react';
import { ThreadList } from '../list/thread-list.tsx';
import { routeOf, type Route } from '../route/url.ts';
import { SearchView } from '../search/search-view.tsx';
import { ThreadView } from '../thread/thread-view.tsx';
import { Nowhere } from './nowhere.tsx';
import { orReload } from '../ui/reload-once.ts';

const LOADERS = {
  accuracy: async () => (await import('../accuracy/accuracy-view.tsx')).AccuracyView,
  alert: async () => (await import('../alerts/alert-view.tsx')).AlertView,
  alerts: async () => (await import('../alerts/alerts-view.tsx')).AlertsView,
  answers: async () => (await import('../runs/answers-view.tsx')).AnswersView,
  audit: async () => (await import('../privacy/audit-view.tsx')).AuditView,
  changes: async () => (await import('../runs/changes-view.tsx')).ChangesView,
  costs: async () => (await import('../costs/costs-view.tsx')).CostsView,
  diff: async () => (await import('../runs/diff-view.tsx')).DiffView,
  erasure: async () => (await import('../privacy/erasure-view.tsx')).ErasureView,
  health: async () => (await import('../health/health-view.tsx')).HealthView,
  live: async () => (await import('../live/live-view.tsx')).LiveView,
  log: async () => (await import('../trust/log-view.tsx')).LogView,
  manifests: async () => (await import('../trust/manifests-view.tsx')).ManifestsView,
  models: async () => (await import('../models/models-view.tsx')).ModelsView,
  policies: async () => (await import('../privacy/policies-view.tsx')).PoliciesView,
  retention: async () => (await import('../privacy/retention-view.tsx')).RetentionView,
  run: async () => (await import('../runs/run-view.tsx')).RunView,
  runs: async () => (await import('../runs/runs-view.tsx')).RunsView,
  tokens: async () => (await import('../privacy/tokens-view.tsx')).TokensView,
  topic: async () => (await import('../topics/topic-view.tsx')).TopicView,
  topics: async () => (await import('../topics/topics-view.tsx')).TopicsView,
  works: async () => (await import('../works/works-view.tsx')).WorksView,
} as const;

const fetched =
  <View,>(load: () => Promise<View>) =>
  async (): Promise<{ default: View }> => ({ default: await orReload(load) });

const AccuracyView = lazy(fetched(LOADERS.accuracy));
const AlertView = lazy(fetched(LOADERS.alert));
const AlertsView = lazy(fetched(LOADERS.alerts));
const AnswersView = lazy(fetched(LOADERS.answers));
const AuditView = lazy(fetched(LOADERS.audit));
const ChangesView = lazy(fetched(LOADERS.changes));
const CostsView = lazy(fetched(LOADERS.costs));
const DiffView = lazy(fetched(LOADERS.diff));
const ErasureView = lazy(fetched(LOADERS.erasure));
const HealthView = lazy(fetched(LOADERS.health));
const LiveView = lazy(fetched(LOADERS.live));
const LogView = lazy(fetched(LOADERS.log));
const ManifestsView = lazy(fetched(LOADERS.manifests));
const ModelsView = lazy(fetched(LOADERS.models));
const PoliciesView = lazy(fetched(LOADERS.policies));
const RetentionView = lazy(fetched(LOADERS.retention));
const RunView = lazy(fetched(LOADERS.run));
const RunsView = lazy(fetched(LOADERS.runs));
const TokensView = lazy(fetched(LOADERS.tokens));
const TopicView = lazy(fetched(LOADERS.topic));
const TopicsView = lazy(fetched(LOADERS.topics));
const WorksView = lazy(fetched(LOADERS.works));

export function View({ route }: { readonly route: Route }) {
  switch (route.view) {
    case 'list':
      return <ThreadList filters={route.filters} />;
    case 'search':
      return <SearchView q={route.q} weak={route.weak} />;
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
    case 'live':
      return <LiveView filter={route.filter} />;
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
    case 'erasure':
      return <ErasureView user={route.user} />;
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
    case 'nowhere':
      return <Nowhere asked={route.asked} />;
  }
}

/** Fetches the code of the room that the link leads to. Once it is there, asking again costs nothing; a failure is met when the room is opened. */
function fetchAhead({ target }: Event): void {
  const link = target instanceof Element ? target.closest<HTMLAnchorElement>('a[href]') : null;
  if (link === null || link.origin !== location.origin) return;
  const route = routeOf(link.search, link.pathname);
  const name = route.view === 'run' && route.against !== undefined ? 'diff' : route.view;
  if (name in LOADERS) void LOADERS[name as keyof typeof LOADERS]().catch(() => undefined);
}

export function fetchRoomsAhead(): () => void {
  const events = ['pointerover', 'focusin'] as const;
  for (const name of events) document.addEventListener(name, fetchAhead, { passive: true });
  return () => {
    for (const name of events) document.removeEventListener(name, fetchAhead);
  };
}
