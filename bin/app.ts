import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { AnomalyMonitoringStack, settingsFile } from '../lib/index.ts';
import { SettingsError } from '../shared/settings/settings-error.ts';

const app = new App();

/** `-c settings=FILE`, else `AIOPS_SETTINGS`, else `aiops.yaml`. */
function settingsPath(): string {
  const context: unknown = app.node.tryGetContext('settings');
  return typeof context === 'string' ? context : (process.env['AIOPS_SETTINGS'] ?? 'aiops.yaml');
}

try {
  new AnomalyMonitoringStack(app, 'AiopsMonitoring', {
    settings: settingsFile(settingsPath()),
    description: 'Anomaly detection for CloudWatch metrics.',
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
} catch (error) {
  // What is wrong with a file of the user's needs no stack trace of ours; what only synth can know comes as a plain error.
  if (!(error instanceof Error) || !(error instanceof SettingsError || /validation failed/i.test(error.message)))
    throw error;
  console.error(error.message);
  // At the end of the process the app would synthesise itself, and fail in the same way, with its stack trace.
  process.exit(1);
}
