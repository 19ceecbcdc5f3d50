import type { CapacityView, CourseView, CoverageView, IncidentsView, ModelsView } from '../alerting/status-view.ts';
import { describeCapacity } from './describe-capacity.ts';
import { describeCoverage } from './describe-coverage.ts';
import { describeIncidents } from './describe-incidents.ts';
import { describeModels } from './describe-models.ts';
import { describeSeries, type NothingToShow, type SeriesRequest } from './describe-series.ts';
import type { StatusPorts } from './status-ports.ts';

/** Part of a deployment that is looked at: one watch or all, and which of their shards; epoch seconds. */
export interface StatusRequest {
  readonly watch?: string | undefined;
  readonly part: number;
  readonly now: number;
}

/** What people may look at. */
export interface Status {
  incidents(now: number): Promise<IncidentsView>;
  series(request: SeriesRequest): Promise<CourseView | NothingToShow>;
  capacity(request: StatusRequest): Promise<CapacityView>;
  models(request: StatusRequest): Promise<ModelsView>;
  coverage(request: StatusRequest): Promise<CoverageView>;
}

/**
 * The one reader of what is known now, for dashboard, API and console alike. It changes nothing, asks nobody but the
 * store, and what it reads is bounded: it does not grow with history, and of many shards it reads eight at a time.
 */
export const describeStatus = (ports: StatusPorts): Status => ({
  incidents: (now) => describeIncidents(ports.store, now),
  series: (request) => describeSeries(request, ports),
  capacity: (request) => describeCapacity(request, ports),
  models: (request) => describeModels(request, ports),
  coverage: (request) => describeCoverage(request, ports),
});
