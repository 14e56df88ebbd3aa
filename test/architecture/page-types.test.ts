// The page states for itself what it reads of the API, since it imports nothing of the server. Here the two are held together by the
// compiler: where the server stops sending a field as the page reads it, this file no longer compiles, and the error names the field.
import { describe, expect, it } from 'vitest';
import type * as PageAccuracy from '../../control-plane/web/src/api/accuracy.ts';
import type { Finding as PageFinding } from '../../control-plane/web/src/api/alerts.ts';
import type { Insight, Sequences } from '../../control-plane/web/src/api/insight.ts';
import type * as PageLive from '../../control-plane/web/src/api/live.ts';
import type { Receipt as PageReceipt } from '../../control-plane/web/src/api/privacy.ts';
import type * as PageReports from '../../control-plane/web/src/api/reports.ts';
import type { RunDiff } from '../../control-plane/web/src/api/runs.ts';
import type * as Page from '../../control-plane/web/src/api/views.ts';
import type * as Accuracy from '../../control-plane/src/accuracy/index.ts';
import type { showFinding } from '../../control-plane/src/alerts/show.ts';
import type { compareRuns } from '../../control-plane/src/identity/compare.ts';
import type { ThreadInsight, SequenceReport } from '../../control-plane/src/insight/views.ts';
import type * as Live from '../../control-plane/src/live/index.ts';
import type { Receipt } from '../../control-plane/src/privacy/index.ts';
import type { ChangePoint } from '../../control-plane/src/reports/change-points.ts';
import type { Comparison } from '../../control-plane/src/reports/compare.ts';
import type * as Costs from '../../control-plane/src/reports/costs.ts';
import type { Found, SearchHit } from '../../control-plane/src/search/index.ts';
import type * as Threads from '../../control-plane/src/threads/index.ts';

/** Names of the fields that the page reads and the server does not send, or not as the page reads them. */
type Drift<Read, Sent> = {
  [Field in keyof Read]-?: Field extends keyof Sent ? (Pick<Sent, Field> extends Pick<Read, Field> ? never : Field) : Field;
}[keyof Read];

/** Compiles where nothing drifts; else the error names the fields. */
const agree = <Fields extends never>(...drift: readonly Fields[]): readonly Fields[] => drift;

describe('what the page reads is what the API sends', () => {
  it('threads and their requests', () => {
    expect(agree<Drift<Page.ThreadSummary, Threads.ThreadSummary>>()).toEqual([]);
    expect(agree<Drift<Page.ThreadDetail, Threads.ThreadDetail>>()).toEqual([]);
    expect(agree<Drift<Page.RequestView, Threads.RequestView>>()).toEqual([]);
    expect(agree<Drift<Page.Feedback, Threads.FeedbackView>>()).toEqual([]);
    expect(agree<Drift<Page.SessionThreads, Threads.SessionThreads>>()).toEqual([]);
  });

  it('search', () => {
    expect(agree<Drift<Omit<Page.Found, 'next'>, Found>>()).toEqual([]);
    expect(agree<Drift<Page.SearchHit, SearchHit>>()).toEqual([]);
  });

  it('how threads went', () => {
    expect(agree<Drift<Insight, ThreadInsight>>()).toEqual([]);
    expect(agree<Drift<Sequences, SequenceReport>>()).toEqual([]);
  });

  it('requests as they pass', () => {
    expect(agree<Drift<PageLive.LiveRequest, Live.LiveRequest>>()).toEqual([]);
    expect(agree<Drift<PageLive.LiveCounts, Live.LiveCounts>>()).toEqual([]);
  });

  // What a route adds or puts into words itself is left out here.
  it('reports', () => {
    expect(agree<Drift<PageReports.CostGroup, Costs.CostGroup>>()).toEqual([]);
    expect(agree<Drift<PageReports.CostFigures, Costs.CostFigures>>()).toEqual([]);
    expect(agree<Drift<PageReports.CostDay, Costs.CostDay>>()).toEqual([]);
    expect(agree<Drift<Omit<PageReports.ChangePoint, 'at' | 'unit'>, ChangePoint>>()).toEqual([]);
    expect(agree<Drift<Omit<PageReports.Comparison, 'measures' | 'from' | 'to' | 'examples'>, Comparison>>()).toEqual([]);
  });

  it('alerts, runs and accuracy', () => {
    expect(agree<Drift<PageFinding, NonNullable<ReturnType<typeof showFinding>>>>()).toEqual([]);
    expect(agree<Drift<RunDiff, ReturnType<typeof compareRuns>>>()).toEqual([]);
    expect(agree<Drift<Omit<PageAccuracy.Figures, 'people'>, Accuracy.Figures>>()).toEqual([]);
  });

  it('receipts of erasure', () => {
    expect(agree<Drift<PageReceipt, Receipt>>()).toEqual([]);
  });

  it('names a field that drifts, whether it is missing, of another type, or may be null', () => {
    interface Read {
      readonly id: string;
      readonly title: string;
      readonly costUsd: number;
      readonly turns: number;
    }
    const names: readonly Drift<Read, { readonly id: string; readonly costUsd: number | null; readonly turns: string }>[] = [
      'title',
      'costUsd',
      'turns',
    ];
    expect(names).toHaveLength(3);
    expect(agree<Drift<Read, Read & { readonly more: boolean }>>()).toEqual([]);
  });
});
