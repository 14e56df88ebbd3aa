import {
  accuracyAddress,
  alertsAddress,
  answersAddress,
  costsAddress,
  erasureAddress,
  healthAddress,
  auditAddress,
  changesAddress,
  listAddress,
  liveAddress,
  logAddress,
  manifestsAddress,
  modelsAddress,
  policiesAddress,
  retentionAddress,
  runsAddress,
  tokensAddress,
  topicsAddress,
  worksAddress,
  type Route,
} from '../route/url.ts';

export interface Room {
  readonly name: string;
  readonly href: string;
  /** The first one is the room's own page, the others lie behind it. */
  readonly views: readonly Route['view'][];
  /** What a role needs to see anything there. */
  readonly permission: string;
}

/** One entry of the bar. Its rooms stand below the bar once one of them is entered, so that the bar stays short on a phone. */
export interface RoomGroup {
  readonly name: string;
  /** In the order in which they are offered; the group leads to the first one that is open. */
  readonly rooms: readonly Room[];
}

export const GROUPS: readonly RoomGroup[] = [
  {
    name: 'Threads',
    rooms: [
      { name: 'All threads', href: listAddress(), views: ['list', 'thread', 'search'], permission: 'threads:read' },
      { name: 'Live', href: liveAddress(), views: ['live'], permission: 'threads:read' },
      { name: 'What works', href: worksAddress(), views: ['works'], permission: 'metrics:read' },
    ],
  },
  { name: 'Topics', rooms: [{ name: 'Topics', href: topicsAddress(), views: ['topics', 'topic'], permission: 'topics:read' }] },
  {
    name: 'Models',
    rooms: [
      { name: 'Comparison', href: modelsAddress(), views: ['models'], permission: 'reports:read' },
      { name: 'Costs', href: costsAddress(), views: ['costs'], permission: 'reports:read' },
    ],
  },
  {
    name: 'Runs',
    rooms: [
      { name: 'All runs', href: runsAddress(), views: ['runs', 'run'], permission: 'runs:read' },
      { name: 'Questions', href: answersAddress(), views: ['answers'], permission: 'runs:read' },
      { name: 'What changed', href: changesAddress(), views: ['changes'], permission: 'runs:read' },
      { name: 'Manifests', href: manifestsAddress(), views: ['manifests'], permission: 'runs:read' },
      { name: 'Log', href: logAddress(), views: ['log'], permission: 'runs:read' },
    ],
  },
  { name: 'Alerts', rooms: [{ name: 'Alerts', href: alertsAddress(), views: ['alerts', 'alert'], permission: 'alerts:read' }] },
  {
    name: 'Health',
    rooms: [
      { name: 'System', href: healthAddress(), views: ['health'], permission: 'metrics:read' },
      { name: 'Accuracy', href: accuracyAddress(), views: ['accuracy'], permission: 'metrics:read' },
    ],
  },
  {
    name: 'Privacy',
    rooms: [
      { name: 'Retention', href: retentionAddress(), views: ['retention'], permission: 'retention:read' },
      { name: 'Erasure', href: erasureAddress(), views: ['erasure'], permission: 'erase:write' },
      { name: 'Policies', href: policiesAddress(), views: ['policies'], permission: 'policies:read' },
      { name: 'Audit log', href: auditAddress(), views: ['audit'], permission: 'audit:read' },
      { name: 'Tokens', href: tokensAddress(), views: ['tokens'], permission: 'tokens:manage' },
    ],
  },
];

export const ROOMS: readonly Room[] = GROUPS.flatMap(({ rooms }) => rooms);

export const roomOf = (view: Route['view']): Room | undefined => ROOMS.find(({ views }) => views.includes(view));
