import { readFileSync } from 'node:fs';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { parse } from 'yaml';
import { AnomalyMonitoringStack } from '../lib/index.ts';
import { settingsSchema } from '../shared/settings/settings.ts';

const app = new App();
const path = String(app.node.tryGetContext('settings') ?? process.env['AIOPS_SETTINGS'] ?? 'aiops.yaml');
const settings = settingsSchema.parse(parse(readFileSync(path, 'utf8')));

new AnomalyMonitoringStack(app, 'AiopsMonitoring', {
  settings,
  description: 'Anomaly detection for CloudWatch metrics.',
});
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
