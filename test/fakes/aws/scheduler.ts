/**
 * Builds what EventBridge Scheduler sends for a target's input template, context attributes filled in:
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
export function scheduledEvent(
  inputTemplate: string,
  scheduledTime: number,
  scheduleArn: string,
  attempt = 1,
): unknown {
  const attributes: Readonly<Partial<Record<string, string>>> = {
    'aws.scheduler.scheduled-time': new Date(scheduledTime * 1000).toISOString().replace('.000Z', 'Z'),
    'aws.scheduler.schedule-arn': scheduleArn,
    'aws.scheduler.execution-id': `execution-${scheduledTime}`,
    'aws.scheduler.attempt-number': String(attempt),
  };
  const filled = inputTemplate.replace(/<(aws\.scheduler\.[a-z-]+)>/g, (_, name: string) => {
    const value = attributes[name];
    if (value === undefined) throw new Error(`EventBridge Scheduler knows no context attribute <${name}>`);
    return value;
  });
  return JSON.parse(filled);
}
