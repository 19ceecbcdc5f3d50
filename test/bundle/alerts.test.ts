import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../shared/numeric/random.ts';
import { httpApiEvent, type HttpApiAnswer } from '../fakes/aws/http-api-event.ts';
import { actions, channels, startScene, type AlertScene, type Told } from './alert-scene.ts';

const step = 300;
const day = 86_400;
const start = Math.ceil(Date.now() / 1000 / day) * day + day;
const history = 5 * day;
/** What goes wrong with one of two services: latency far above its limit, for twenty minutes. */
const fault = { from: start + 1800, to: start + 1800 + 1200 };
const latest = start + 4 * 3600;

function latencies(service: string): [number, number][] {
  const random = createRandom(service.length);
  return Array.from({ length: (latest - start + history) / step }, (_, k) => {
    const time = start - history + k * step;
    const usual = 200 + 60 * Math.sin((2 * Math.PI * time) / day) + 4 * random.normal();
    const isFaulty = service === 'cart' && time >= fault.from && time < fault.to;
    return [time, isFaulty ? usual + 600 : usual];
  });
}

const shown = (message: unknown): string => JSON.stringify(message);
const linksIn = (message: unknown): string[] =>
  [...shown(message).matchAll(/<(https?:[^|>]+)\|/g)].map(([, url]) => url);

let scene: AlertScene;
let acknowledged: { readonly opened: HttpApiAnswer; readonly done: HttpApiAnswer; readonly auditBefore: number };

const api = async (method: string, address: string, body = '', caller?: string): Promise<HttpApiAnswer> => {
  const { payload, functionError } = await scene.deployed.invoke('Api', httpApiEvent(method, address, body, caller));
  expect(functionError, JSON.stringify(payload)).toBeUndefined();
  return payload as HttpApiAnswer;
};

beforeAll(async () => {
  scene = await startScene(
    {
      quotaShare: 1,
      watches: {
        shop: {
          select: 'Shop',
          rules: [{ kind: 'above', metric: '*', limit: 500 }],
          runbook: 'https://wiki.example.com/shop',
        },
      },
      alerts: { channels, actions },
      alertTestEvery: { every: '1d', channels: ['slack', 'pager'], severity: 'HIGH' },
    },
    { watch: 'shop', everySeconds: step, now: start },
  );
  for (const service of ['cart', 'search']) {
    const metric = { namespace: 'Shop', name: 'Latency', dimensions: { Service: service } };
    scene.deployed.aws.cloudwatch.book.load(metric, latencies(service));
  }
  await scene.play(start, fault.to + 300);
  const link = linksIn(scene.slack.shown.at(-1)).find((url) => url.includes('/a/')) ?? '';
  const auditBefore = scene.deployed.keys('audit/').length;
  const opened = await api('GET', link);
  expect(scene.deployed.keys('audit/')).toHaveLength(auditBefore);
  acknowledged = { opened, done: await api('POST', link, 'who=Ada'), auditBefore };
  for (let minute = fault.to + 300; minute < latest && scene.pagerDuty.open.size > 0; minute += 600)
    await scene.play(minute, minute + 600);
}, 400_000);
afterAll(() => scene.stop());

describe('from CloudWatch to people, as deployed', () => {
  const toldBy = (by: Told['by']): readonly Told[] => scene.told.filter((one) => one.by === by);

  it('says what happened, once when it begins, once when it is worse, once when it is over', () => {
    const slack = toldBy('slack');
    expect(slack.map(({ words }) => words)).toEqual([
      expect.stringMatching(/Service=cart.*Latency/),
      expect.stringMatching(/worse.*HIGH.*Service=cart.*above its limit of 500/i),
      expect.stringMatching(/Service=cart/),
    ]);
    expect(slack[0].at).toBeGreaterThanOrEqual(fault.from + step);
    expect(slack[1].at).toBeLessThanOrEqual(fault.from + 4 * step);
    expect(slack[2].at).toBeGreaterThan(fault.to);
    expect(scene.slack.requests).toHaveLength(scene.slack.shown.length);
  });

  it('pages one person once, shows who took it up, and leaves nothing open', () => {
    expect(scene.pagerDuty.events.map(({ event_action }) => event_action)).toEqual([
      'trigger',
      'acknowledge',
      'resolve',
    ]);
    expect(new Set(scene.pagerDuty.events.map(({ dedup_key }) => dedup_key)).size).toBe(1);
    expect(scene.pagerDuty.pages()).toBe(1);
    expect(scene.pagerDuty.open.size).toBe(0);
  });

  it('says nothing of the service that was well', () => {
    expect(shown(scene.slack.shown)).not.toContain('search');
    expect(shown(scene.pagerDuty.events)).not.toContain('search');
  });

  it('shows a picture that can be fetched without credentials', async () => {
    // The other may have come too late for its notice, on a machine that is busy.
    const picture = /"image_url":"([^"]+)"/.exec(shown(scene.slack.shown))?.[1];
    expect(picture).toBeDefined();
    scene.deployed.setNow(fault.to);
    const response = await fetch(picture ?? '');
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(
      Buffer.from(await response.arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
  });

  it('leads to the graph, to the runbook, and to what can be done', () => {
    const links = linksIn(scene.slack.shown[0]).map(decodeURIComponent);
    expect(links).toContainEqual(expect.stringMatching(/console\.aws\.amazon\.com.*'Shop~'Latency~'Service~'cart/));
    expect(links).toContain('https://wiki.example.com/shop');
    expect(links.filter((url) => url.startsWith('https://api.example.com/a/'))).toHaveLength(3);
  });

  it('asks before it acts: opening a link changes nothing, its button acknowledges', () => {
    expect(acknowledged.opened).toMatchObject({ statusCode: 200 });
    expect(acknowledged.opened.body).toMatch(/<form[^>]*method="?post/i);
    expect(acknowledged.done).toMatchObject({ statusCode: 200 });
    expect(acknowledged.done.body).toContain('Acknowledged');
    expect(scene.deployed.keys('audit/').length).toBeGreaterThan(acknowledged.auditBefore);
  });

  it('keeps within its rights: nothing was denied to any function', () => {
    expect(scene.deployed.aws.calls.filter(({ status }) => [401, 403].includes(status))).toEqual([]);
    const readers = scene.deployed.aws.calls.filter(({ service }) => ['secretsmanager', 'ssm'].includes(service));
    // Which of the two that tell people reads a secret depends on who comes first to what is due; nobody else reads any.
    const allowed = ['Router', 'Sweep']
      .flatMap((role) => ['ops/slack', 'ops/links', '/ops/pagerduty'].map((name) => `${role} ${name}`))
      .concat('Api ops/links');
    const read = readers.map(({ accessKeyId, key }) => `${accessKeyId} ${key}`);
    expect(allowed).toEqual(expect.arrayContaining([...new Set(read)]));
    expect(read).toContain('Api ops/links');
    expect(new Set(readers.map(({ key }) => key))).toEqual(new Set(['ops/slack', 'ops/links', '/ops/pagerduty']));
  });

  it('lets no secret out: not into a log, an object or a call to anybody but its keeper', () => {
    const { deployed, slack, pagerDuty } = scene;
    const secrets = [new URL(slack.webhook).pathname, pagerDuty.routingKey, 'k'.repeat(40)];
    const logs = (['Anomaly', 'Router', 'Sweep', 'Api', 'Chart'] as const).map((role) => deployed.logs(role));
    expect(logs.join('').length).toBeGreaterThan(1_000);
    const objects = deployed.keys().map((key) => {
      const body = Buffer.from(deployed.body(key));
      return (body[0] === 0x1f && body[1] === 0x8b ? gunzipSync(body) : body).toString('latin1');
    });
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(8);
      for (const text of [...logs, ...objects]) expect(text).not.toContain(secret);
    }
  });

  it('counts what it told, and that no page is owed', () => {
    const { published } = scene.deployed.aws.cloudwatch;
    const names = new Set(published.map(({ name }) => name));
    expect([...names]).toEqual(expect.arrayContaining(['AlertsGenerated', 'OwedPageSeconds']));
    expect(published.filter(({ name }) => name === 'DeliveryFailures')).toEqual([]);
  });
});

describe('the chart function, as deployed', () => {
  const points = Array.from({ length: 60 }, (_, k) => [start + k * step, 200 + k, 190, 260]);
  const chart = { title: 'Latency </svg><script>alert(1)</script> 温', unit: 'Milliseconds', points, since: start };
  const paint = (event: unknown) => scene.deployed.invoke('Chart', event);

  it('leaves a picture in the bucket, in the time zone and theme that are asked for, whatever the words in it', async () => {
    const asked = { name: 'bundle-1', chart, theme: 'dark', timezone: 'Asia/Tokyo' };
    const { payload, functionError } = await paint(asked);
    expect(functionError, JSON.stringify(payload)).toBeUndefined();
    const { key } = payload as { key: string };
    expect(scene.deployed.keys('charts/')).toContain(key);
    const picture = Buffer.from(scene.deployed.body(key));
    expect([...picture.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([1200, 600]);
    const light = (await paint({ ...asked, name: 'bundle-2', theme: 'light' })).payload as { key: string };
    expect(picture.equals(scene.deployed.body(light.key))).toBe(false);
  });

  it.each([
    ['a name that leaves its folder', { name: '../state/x', chart }, /name: 1 to 80/],
    ['more points than a notice has', { name: 'x', chart: { ...chart, points: Array(201).fill(points[0]) } }, /points/],
    [
      'a value that is text',
      { name: 'x', chart: { ...chart, points: [[1, '<b>', null, null]] } },
      /chart\.points\.0\.1/,
    ],
    ['a time zone that is none', { name: 'x', chart, timezone: 'Mars' }, /timezone: an IANA name/],
    ['nothing at all', null, /as a whole.*"chart"/],
  ])('refuses %s, says what to send, and stores nothing', async (_, event, words) => {
    const before = scene.deployed.keys('charts/');
    const { payload, functionError } = await paint(event);
    expect(functionError).toBe('Unhandled');
    expect(payload).toMatchObject({ errorType: 'RangeError', errorMessage: expect.stringMatching(words) as string });
    expect(scene.deployed.keys('charts/')).toEqual(before);
  });
});

describe('mutes, as deployed', () => {
  const mutes = (): number => scene.deployed.keys('incidents/mutes/').length;
  const { bus, mute } = {
    bus: () => scene.deployed.busName,
    mute: { source: 'ops.pipeline', detailType: 'Mute' },
  };

  it('are opened by an event on our bus, whoever sends it', async () => {
    scene.deployed.aws.eventbridge.emit({
      bus: bus(),
      ...mute,
      detail: { for: '30m', why: 'deployment', watch: 'shop' },
    });
    const [{ payload }] = await scene.deployed.route();
    expect(payload).toEqual({ batchItemFailures: [] });
    expect(mutes()).toBe(1);
  });

  it('are opened over HTTP by whoever signs, and by nobody else', async () => {
    const body = JSON.stringify({ for: '1h', why: 'load test' });
    const address = 'https://api.example.com/mute';
    expect(await api('POST', address, body)).toMatchObject({ statusCode: 403 });
    const caller = 'arn:aws:sts::111111111111:assumed-role/deployer/ci';
    expect(await api('POST', address, body, caller)).toMatchObject({ statusCode: 201 });
    expect(mutes()).toBe(2);
  });

  it('that cannot be read are tried three times and put aside, and nothing beside them is lost', async () => {
    const { deployed } = scene;
    deployed.aws.eventbridge.emit({ bus: bus(), ...mute, detail: { for: 'a while' } });
    deployed.aws.eventbridge.emit({ bus: bus(), ...mute, detail: { for: '5m' } });
    for (let attempt = 0; attempt < 4; attempt++) {
      await deployed.route();
      deployed.setNow(latest + (attempt + 1) * 800);
    }
    expect(deployed.failedAlerts().map((body) => (JSON.parse(body) as { detail: unknown }).detail)).toEqual([
      { for: 'a while' },
    ]);
    expect(deployed.logs('Router')).toMatch(/alert message failed.*is not a duration/);
    expect(mutes()).toBe(3);
  });
});

describe('a scheduled test of alerts, as deployed', () => {
  const age = (): number | undefined =>
    scene.deployed.aws.cloudwatch.published.findLast(({ name }) => name === 'AlertTestAge')?.value;

  it('goes from the bus to everybody it is for, marked as a test, and leaves nothing open', async () => {
    const { deployed, slack, pagerDuty } = scene;
    const at = latest + 3600;
    await scene.play(at - 300, at);
    expect(age()).toBeGreaterThan(200);
    const before = {
      shown: slack.shown.length,
      events: pagerDuty.events.length,
      open: deployed.keys('incidents/open/'),
    };
    deployed.setNow(at + 2);
    deployed.aws.eventbridge.emit({ bus: deployed.busName, ...deployed.alertTestAt(at) });
    for (const { payload } of await deployed.route()) expect(payload).toEqual({ batchItemFailures: [] });
    const [message, ...more] = slack.shown.slice(before.shown);
    expect(more).toEqual([]);
    expect(message.text).toContain('TEST – HIGH: aiops-test');
    const events = pagerDuty.events.slice(before.events);
    expect(events.map(({ event_action }) => event_action)).toEqual(['trigger', 'resolve']);
    expect(deployed.keys('incidents/open/')).toEqual(before.open);
    await scene.play(at + 60, at + 120);
    expect(age()).toBeCloseTo(62, 0);
  });
});
