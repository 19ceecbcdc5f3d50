export { AnomalyMonitoring } from './anomaly-monitoring.ts';
export type { AnomalyMonitoringProps } from './anomaly-monitoring-props.ts';
export { AnomalyMonitoringStack, type AnomalyMonitoringStackProps } from './anomaly-monitoring-stack.ts';
export {
  LambdaNotifications,
  PagerDutyNotifications,
  SlackNotifications,
  WebhookNotifications,
  type LambdaNotificationsProps,
  type PagerDutyNotificationsProps,
  type SecretField,
  type SecretParameter,
  type SecretSource,
  type SlackNotificationsProps,
  type WebhookNotificationsProps,
} from './channels.ts';
export type { AlertMetricOptions, WatchMetricOptions } from './monitoring-access.ts';
export type { BoundChannel, ChannelSettingsInput, NotificationChannel } from './notification-channel.ts';
export type { MuteDuring } from './parts/mute-rules.ts';
export { settingsFile } from './settings-file.ts';
export type { SelectionProps, WatchProps } from './watch-props.ts';
