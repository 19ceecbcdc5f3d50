import { beforeEach, describe, expect, it } from 'vitest';
import { createHandler } from '../../lambdas/widget/handler.ts';
import type { WidgetPorts } from '../../lambdas/widget/widget-ports.ts';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { close } from '../../shared/alerting/incident-end.ts';
import type { Incident } from '../../shared/alerting/incident.ts';
import { actOnIncident } from '../../shared/pipeline/act-on-incident.ts';
import { keepClosed, loadIncident, saveIncident } from '../../shared/pipeline/incident-store.ts';
import { listFeedback } from '../../shared/pipeline/list-feedback.ts';
import { readAudit } from '../../shared/pipeline/read-audit.ts';
import { settingsSchema } from '../../shared/settings/settings.ts';
import { finding, heard, hour, minute, signal, t0 } from '../alerting/told.ts';
import { MemoryLog } from '../wire/aws-under-test.ts';

const arn = 'arn:aws:lambda:eu-west-1:111111111111:function:widget';
const deviation = { strength: 3, direction: 'above', observed: 90, expected: 50, metrics: [] } as const;
const cpu = finding('anomaly:web-1/cpu', { label: 'cpu', deviation: { ...deviation, metrics: [] } });
const limit = finding('rule:above 90:web-1/cpu', { kind: 'rule', source: 'above 90' });

let store: MemoryObjectStore;
let log: MemoryLog;
let clock: { time: number; now(): number };
let incident: Incident;
let acts: number;

beforeEach(async () => {
  store = new MemoryObjectStore();
  log = new MemoryLog();
  clock = { time: t0 + minute, now: () => clock.time };
  acts = 0;
  incident = heard([signal(t0, [cpu])]);
  await saveIncident(store, incident, 'absent');
});

const portsOf = (more: Partial<WidgetPorts> = {}): WidgetPorts => ({
  settings: settingsSchema.parse({ watches: { web: { select: 'AWS/EC2' } } }),
  store,
  bytes: nodeBytes,
  clock,
  log,
  act: (request) => actOnIncident(request, { store, clock, runId: `act-${acts++}` }),
  ...more,
});
const ask = (event: unknown, more: Partial<WidgetPorts> = {}): Promise<string> =>
  createHandler(
    () => Promise.resolve(portsOf(more)),
    () => clock.now(),
  )(event, { invokedFunctionArn: arn });

interface Button {
  readonly text: string;
  readonly endpoint: string;
  readonly confirmation: string | undefined;
  readonly params: Record<string, unknown>;
}
/** The buttons of a widget, as CloudWatch reads them. */
const buttonsOf = (html: string): readonly Button[] =>
  [...html.matchAll(/<a class="btn">([^<]*)<\/a><cwdb-action ([^>]*)>([^<]*)<\/cwdb-action>/g)].map(
    ([, text, attributes, json]) => ({
      text,
      endpoint: /endpoint="([^"]*)"/.exec(attributes)?.[1] ?? '',
      confirmation: /confirmation="([^"]*)"/.exec(attributes)?.[1],
      params: JSON.parse(json) as Record<string, unknown>,
    }),
  );
const context = (forms: Record<string, string> = {}, params: object = { widget: 'incidents' }) => ({
  widgetContext: { dashboardName: 'Ops', accountId: '111111111111', forms: { all: forms }, params },
});
const pressed = async (text: string, forms: Record<string, string> = {}): Promise<string> => {
  const html = await ask({ widget: 'incidents', ...context() });
  const button = buttonsOf(html).find((one) => one.text === text);
  if (button === undefined) throw new Error(`no button ${text} in ${html}`);
  return ask({ ...button.params, ...context(forms) });
};
const stored = async (): Promise<Incident> => (await loadIncident(store, incident.group)).incident!;
const audit = async () => (await readAudit(store, { from: t0, to: t0 + 14 * 86_400 })).records;
const everything = async (): Promise<string> => {
  const found: string[] = [];
  for await (const key of store.list('')) found.push(key, new TextDecoder().decode((await store.get(key))!.body));
  return found.join('\n');
};

describe('the widget of incidents', () => {
  it('offers what can be done about each, to be confirmed, by the function itself', async () => {
    const buttons = buttonsOf(await ask({ widget: 'incidents', ...context() }));
    expect(buttons.map(({ text }) => text)).toEqual(['Acknowledge', 'Snooze', 'This is normal']);
    for (const { endpoint, confirmation, params } of buttons) {
      expect(endpoint).toBe(arn);
      expect(confirmation).toMatch(/^web-1: /);
      expect(params).toMatchObject({ incident: incident.id, group: incident.group, number: incident.number });
    }
  });

  it('does not offer to call a limit normal that somebody set, nor to acknowledge twice', async () => {
    incident = { ...heard([signal(t0, [limit])]), acknowledged: { by: 'Ada', at: t0 } };
    await saveIncident(store, incident, (await loadIncident(store, incident.group)).version);
    const html = await ask({ widget: 'incidents', ...context() });
    expect(buttonsOf(html).map(({ text }) => text)).toEqual(['Snooze']);
    expect(html).toContain('Acknowledged by Ada.');
  });

  it('changes nothing by being looked at', async () => {
    const before = await everything();
    await ask({ widget: 'incidents', ...context() });
    expect(await everything()).toBe(before);
  });
});

describe('a button of a dashboard', () => {
  it('acknowledges once, in the name that was written, and says where it was pressed', async () => {
    expect(await pressed('Acknowledge', { who: 'Ada' })).toContain('<b>Acknowledged.</b>');
    expect((await stored()).acknowledged).toEqual({
      by: 'Ada, on dashboard Ops of account 111111111111',
      at: clock.now(),
    });
    expect(await audit()).toMatchObject([{ kind: 'action', action: 'acknowledge', incident: incident.id }]);
    expect(log.lines).toContainEqual(expect.objectContaining({ message: 'acted from a dashboard' }));
  });

  it('does nothing the second time, and says that it was done', async () => {
    const [button] = buttonsOf(await ask({ widget: 'incidents', ...context() }));
    await ask({ ...button.params, ...context() });
    const before = await everything();
    clock.time += 5;
    expect(await ask({ ...button.params, ...context({ who: 'Bob' }) })).toContain('<b>Already acknowledged.</b>');
    expect(await everything()).toBe(before);
  });

  it('snoozes for as long as was chosen, and no longer where it is sent twice', async () => {
    const button = buttonsOf(await ask({ widget: 'incidents', ...context() }))[1];
    const event = { ...button.params, ...context({ for: '8h' }) };
    expect(await ask(event)).toContain('<b>Snoozed.</b>');
    const until = clock.time + 8 * hour;
    clock.time += 30;
    expect(await ask(event)).toContain('<b>Already snoozed.</b>');
    expect((await stored()).snoozed).toMatchObject({ until });
    expect(await audit()).toHaveLength(1);
  });

  it('snoozes anew where it was drawn after the first snooze', async () => {
    await pressed('Snooze', { for: '30m' });
    clock.time += 60;
    await pressed('Snooze', { for: '2h' });
    expect((await stored()).snoozed).toMatchObject({ until: clock.time + 2 * hour });
  });

  it.each(['soon', '1s', '400d', '9'.repeat(900), '-2h'])('refuses to snooze for “%s”', async (lasting) => {
    const before = await everything();
    expect(await pressed('Snooze', { for: lasting })).toContain('That was not understood');
    expect(await everything()).toBe(before);
  });

  it('stores what is normal, once', async () => {
    const button = buttonsOf(await ask({ widget: 'incidents', ...context() }))[2];
    expect(await ask({ ...button.params, ...context({ who: 'Ada' }) })).toContain('Noted as normal');
    expect(await ask({ ...button.params, ...context() })).toContain('Already noted as normal');
    const { feedback } = await listFeedback('web', { store, log });
    expect(feedback).toMatchObject([{ entity: 'web-1', until: null, incident: incident.id }]);
    expect(feedback[0].by).toMatch(/^Ada, on dashboard Ops/);
  });

  it('of an incident that has ended says so, and nothing happens', async () => {
    const [button] = buttonsOf(await ask({ widget: 'incidents', ...context() }));
    const ended = close(incident, 'recovered', clock.now());
    await keepClosed(store, ended);
    await saveIncident(store, ended, (await loadIncident(store, incident.group)).version);
    const before = await everything();
    expect(await ask({ ...button.params, ...context() })).toContain('This incident is over');
    expect(await everything()).toBe(before);
  });

  it.each([
    ['another incident', { incident: 'other' }, 'no longer known'],
    ['another group', { group: 'entity:web/else' }, 'no longer known'],
    ['a group that is a path', { group: '../../settings/x' }, 'no longer known'],
    ['an action that there is not', { act: 'close' }, 'says nothing that can be done'],
    ['nothing of an incident', { incident: undefined }, 'says nothing that can be done'],
  ])('that was forged for %s changes nothing', async (_, forged, says) => {
    const [button] = buttonsOf(await ask({ widget: 'incidents', ...context() }));
    const before = await everything();
    expect(await ask({ ...button.params, ...forged, ...context() })).toContain(says);
    expect(await everything()).toBe(before);
  });

  it('is not pressed by whoever only looks at a dashboard that was made to act', async () => {
    const [button] = buttonsOf(await ask({ widget: 'incidents', ...context() }));
    const before = await everything();
    expect(await ask({ ...button.params, ...context({}, button.params) })).toContain('acts by itself');
    expect(await everything()).toBe(before);
  });

  it('takes no name that is a story', async () => {
    expect(await pressed('Acknowledge', { who: 'x'.repeat(200) })).toContain('That was not understood');
    expect((await stored()).acknowledged).toBeNull();
  });
});

describe('the widget function', () => {
  it('answers what it is in Markdown, without looking at anything', async () => {
    const help = await createHandler(
      () => Promise.reject(new Error('no settings')),
      () => clock.now(),
    )({ describe: true }, { invokedFunctionArn: arn });
    expect(help).toMatch(/^## AIOps monitoring/);
    for (const name of ['incidents', 'explorer', 'capacity', 'models', 'coverage'])
      expect(help).toContain(`\`${name}\``);
  });

  it.each(['incidents', 'explorer', 'capacity', 'models', 'coverage'])(
    'draws %s of a deployment that knows nothing yet',
    async (widget) => {
      await store.delete(`incidents/open/${encodeURIComponent(incident.group)}.json`);
      const html = await ask({ widget }, { store: new MemoryObjectStore() });
      expect(html).toMatch(/^<style>/);
      expect(html).not.toMatch(/NaN|undefined|Infinity|could not be drawn/);
    },
  );

  it.each([null, 7, 'incidents', [], { widget: 'incidents', widgetContext: 'none' }, { widget: { a: 1 } }])(
    'answers %j with something to read',
    async (event) => expect(await ask(event)).toMatch(/<div class="aiops-light">.+<\/div>$/s),
  );

  it('tells whoever looks that it failed, and the log why', async () => {
    const broken = new MemoryObjectStore();
    broken.list = () => {
      throw new Error('no network');
    };
    expect(await ask({ widget: 'incidents' }, { store: broken })).toContain('This could not be drawn');
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 'error', message: 'widget not drawn' }));
  });
});
