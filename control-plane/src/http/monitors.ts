// Prometheus and Alertmanager, told from other callers by what they send along. They are set up elsewhere, and what is wrong there shows
// here alone: in how their requests were answered. Both headers can be forged, which counts a request wrongly and nothing else.
import type { IncomingHttpHeaders } from 'node:http';

export type Monitor = 'prometheus' | 'alertmanager';
export type MonitorOutcome = 'taken' | 'refused' | 'wrong_path' | 'failed';

/** Every scraper that is built on Prometheus sends how long it will wait. */
export function monitorOf(headers: IncomingHttpHeaders): Monitor | undefined {
  if (headers['x-prometheus-scrape-timeout-seconds'] !== undefined) return 'prometheus';
  return /^alertmanager\//i.test(headers['user-agent'] ?? '') ? 'alertmanager' : undefined;
}

/** The one place where each is right: elsewhere it was set up with another path, whatever the answer was. */
const ROUTES: Readonly<Record<Monitor, string>> = { prometheus: '/metrics', alertmanager: '/v1/alerts/alertmanager' };

export function monitorOutcome(monitor: Monitor, route: string, status: number): MonitorOutcome {
  if (status === 401 || status === 403) return 'refused';
  if (route !== ROUTES[monitor]) return 'wrong_path';
  return status < 300 ? 'taken' : 'failed';
}
