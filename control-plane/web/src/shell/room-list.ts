import {
  accuracyAddress,
  alertsAddress,
  listAddress,
  modelsAddress,
  runsAddress,
  topicsAddress,
  worksAddress,
  type Route,
} from '../route/url.ts';

export interface Room {
  readonly name: string;
  readonly href: string;
  readonly views: readonly Route['view'][];
  /** What a role needs to see anything there. */
  readonly permission: string;
}

export const ROOMS: readonly Room[] = [
  { name: 'Threads', href: listAddress(), views: ['list', 'thread', 'search'], permission: 'threads:read' },
  { name: 'Topics', href: topicsAddress(), views: ['topics'], permission: 'topics:read' },
  { name: 'Runs', href: runsAddress(), views: ['runs', 'run'], permission: 'runs:read' },
  { name: 'Models', href: modelsAddress(), views: ['models'], permission: 'reports:read' },
  { name: 'What works', href: worksAddress(), views: ['works'], permission: 'metrics:read' },
  { name: 'Accuracy', href: accuracyAddress(), views: ['accuracy'], permission: 'metrics:read' },
  { name: 'Alerts', href: alertsAddress(), views: ['alerts', 'alert'], permission: 'alerts:read' },
];

export const roomOf = (view: Route['view']): Room | undefined => ROOMS.find(({ views }) => views.includes(view));
