import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll } from 'vitest';
import { AnomalyMonitoring, type AnomalyMonitoringProps } from '../../lib/index.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder to synthesise into that is gone when the tests are. */
function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'aiops-synth-'));
  folders.push(folder);
  return folder;
}

/** An app that bundles nothing and leaves the template unchecked: 0.1 s instead of seconds. One test synthesises fully. */
export const fastApp = (): App =>
  new App({
    context: { 'aws:cdk:bundling-stacks': [] },
    analyticsReporting: false,
    outdir: scratch(),
    ...({ builtinCloudFormationValidation: false } as object),
  });

export const oneWatch = { servers: { select: 'AWS/EC2' } } as const;

/**
 * The construct in a stack of its own; `make` may need the stack, for constructs of its own. Nobody hears of its alarms
 * unless it says so. The template is synthesised when it is asked for, and what is refused at synth is refused then.
 */
export function synthesise(
  make: AnomalyMonitoringProps | ((stack: Stack) => AnomalyMonitoringProps) = { watches: oneWatch },
) {
  const stack = new Stack(fastApp(), 'Test');
  const props = typeof make === 'function' ? make(stack) : make;
  const monitoring = new AnomalyMonitoring(stack, 'Monitoring', { selfAlarms: 'nobody', ...props });
  let made: Template | undefined;
  return {
    stack,
    monitoring,
    get template(): Template {
      return (made ??= Template.fromStack(stack));
    },
  };
}
