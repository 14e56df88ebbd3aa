// What the tools of an operator would have told: a release of instructions, and the alert that travellers set off by correcting the
// answers since. Nobody approved that release, so the manifest calls its runs drifted.
import { APPS } from './apps.ts';
import type { ControlPlane } from './control-plane.ts';

const MINUTE_MS = 60_000;
/** The last release of the help desk's instructions; conversations/incident.ts lies behind it. */
const { variant, fromMinutes } = APPS.rail.system.at(-1) ?? { variant: '', fromMinutes: 0 };
/** A rule of this kind waits before it fires. */
const FIRED_AFTER_MS = 12 * MINUTE_MS;
const OVER_MINUTES = -24;
/** What was usual: rather more than two hours before the release. */
const BASELINE_MINUTES = -210;

const INCIDENT_ID = 'demo-rail-corrections';

/** Once the hours before are stored. `liveMs`: when live traffic began, epoch milliseconds. */
export async function tellOfIncident(control: ControlPlane, liveMs: number): Promise<void> {
  const at = (minutes: number): string => new Date(liveMs + minutes * MINUTE_MS).toISOString();
  const service = APPS.rail.route;
  await control.post('/v1/deploys', { service, version: `instructions ${variant}`, at: at(fromMinutes) });
  await control.post('/v1/alerts', {
    id: INCIDENT_ID,
    name: 'TravellersCorrectTheHelpDesk',
    status: 'resolved',
    startsAt: new Date(liveMs + fromMinutes * MINUTE_MS + FIRED_AFTER_MS).toISOString(),
    endsAt: at(OVER_MINUTES),
    metric: 'corrections',
    window: { from: at(fromMinutes), to: at(OVER_MINUTES) },
    baseline: { from: at(BASELINE_MINUTES), to: at(fromMinutes) },
    labels: { team: 'help-desk', severity: 'warning' },
  });
}
