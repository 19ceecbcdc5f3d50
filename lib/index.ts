export { AnomalyMonitoring, type AnomalyMonitoringProps } from './anomaly-monitoring.ts';
export { AnomalyMonitoringStack, type AnomalyMonitoringStackProps } from './anomaly-monitoring-stack.ts';
export type { MuteDuring } from './parts/mute-rules.ts';
export type { SelectionProps, WatchProps } from './watch-props.ts';
