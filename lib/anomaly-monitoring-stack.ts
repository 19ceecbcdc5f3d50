import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AnomalyMonitoring } from './anomaly-monitoring.ts';
import type { AnomalyMonitoringProps } from './anomaly-monitoring-props.ts';

/** Stack and construct props do not clash, and stay flat. */
export interface AnomalyMonitoringStackProps extends StackProps, AnomalyMonitoringProps {}

/** The whole system as a stack of its own, with outputs that say where to look. */
export class AnomalyMonitoringStack extends Stack {
  readonly monitoring: AnomalyMonitoring;

  constructor(scope: Construct, id: string, props: AnomalyMonitoringStackProps) {
    super(scope, id, props);
    this.monitoring = new AnomalyMonitoring(this, 'Monitoring', props);
    const output = (name: string, value: string, description: string): void => {
      new CfnOutput(this, name, { value, description });
    };
    const { bucket, bus, anomalyFunction, workerFunction, trainFunction, routerFunction, sweepFunction } =
      this.monitoring;
    output('BucketName', bucket.bucketName, 'State, history, models, anomalies and incidents.');
    output('BusName', bus.eventBusName, 'Signals: anybody may put a rule on it.');
    output('AnomalyFunctionName', anomalyFunction.functionName, 'Invoke it with {} for a tick now.');
    output('WorkerFunctionName', workerFunction.functionName, 'Judges shards from the queue.');
    output('TrainFunctionName', trainFunction.functionName, 'Invoke it with {} to fit models now.');
    output('RouterFunctionName', routerFunction.functionName, 'Makes incidents of signals and tells people.');
    output('SweepFunctionName', sweepFunction.functionName, 'Invoke it with {} to tell now what is due or owed.');
    output('AlarmTopicArn', this.monitoring.alarmTopic.topicArn, 'Trouble of the monitoring itself: subscribe to it.');
    const { actionsUrl, dashboard, forecastFunction, widgetFunction } = this.monitoring;
    if (forecastFunction !== undefined)
      output('ForecastFunctionName', forecastFunction.functionName, 'Invoke it with {} for forecasts now.');
    if (dashboard !== undefined) output('DashboardName', dashboard.dashboardName, 'Look here, in CloudWatch.');
    if (widgetFunction !== undefined)
      output('WidgetFunctionName', widgetFunction.functionName, 'Whoever looks at the dashboard may invoke it.');
    if (actionsUrl !== undefined) output('ActionsUrl', actionsUrl, 'Where links in notices lead.');
  }
}
