import { readFileSync } from 'node:fs';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { AnomalyMonitoringStack } from '../lib/index.ts';
import { parseSettings } from '../shared/settings/load-settings.ts';
import { SettingsError } from '../shared/settings/settings-error.ts';

const app = new App();

/** `-c settings=FILE`, else `AIOPS_SETTINGS`, else `aiops.yaml`. */
function settingsFile(): string {
  const context: unknown = app.node.tryGetContext('settings');
  return typeof context === 'string' ? context : (process.env['AIOPS_SETTINGS'] ?? 'aiops.yaml');
}

function readSettingsFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const message = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    const remedy = 'write one with `npx aiops init`, or name another with -c settings=FILE';
    throw new SettingsError(path, [{ path: '', message, remedy }]);
  }
}

try {
  const path = settingsFile();
  new AnomalyMonitoringStack(app, 'AiopsMonitoring', {
    settings: parseSettings(readSettingsFile(path), path),
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
