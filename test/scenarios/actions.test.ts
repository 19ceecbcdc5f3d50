import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createApi } from '../../lambdas/api/handler.ts';
import type { ApiPorts } from '../../lambdas/api/api-ports.ts';
import { EnvironmentSecrets } from '../../shared/adapters/local/environment-secrets.ts';
import { HmacSigner } from '../../shared/adapters/local/hmac-signer.ts';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { type ActionToken, encodeToken, LINK_SECONDS, signedText } from '../../shared/alerting/action-token.ts';
import { fingerprint } from '../../shared/alerting/fingerprint.ts';
import type { Incident } from '../../shared/alerting/incident.ts';
import { close } from '../../shared/alerting/incident-end.ts';
import { actionLinks } from '../../shared/pipeline/action-links.ts';
import { actOnIncident } from '../../shared/pipeline/act-on-incident.ts';
import { keepClosed, loadIncident, saveIncident } from '../../shared/pipeline/incident-store.ts';
import { listFeedback } from '../../shared/pipeline/list-feedback.ts';
import { listMutes } from '../../shared/pipeline/open-mute.ts';
import { readAudit } from '../../shared/pipeline/read-audit.ts';
import { keys } from '../../shared/settings/keys.ts';
import { day, finding, heard, hour, minute, signal, t0 } from '../alerting/told.ts';
import { MemoryLog } from '../wire/aws-under-test.ts';
import fc from '../fakes/property.ts';

const deployment = 'test';
const signer = new HmacSigner(new EnvironmentSecrets({ KEY: 'k'.repeat(40) }), { variable: 'KEY' });
const deviation = { strength: 3, direction: 'above', observed: 90, expected: 50, metrics: [] } as const;

const cpu = finding('anomaly:web-1/cpu', {
  series: 'web-1/cpu',
  label: 'cpu',
  deviation: { ...deviation, metrics: [] },
});
const limit = finding('rule:above 90:web-1/cpu', { kind: 'rule', source: 'above 90' });
const incidentOf = (findings = [cpu]): Incident => heard([signal(t0, findings)]);

let store: MemoryObjectStore;
let clock: { time: number; now(): number };
let log: MemoryLog;
let incident: Incident;
let acts: number;

beforeEach(async () => {
  store = new MemoryObjectStore();
  log = new MemoryLog();
  clock = { time: t0 + minute, now: () => clock.time };
  incident = incidentOf();
  acts = 0;
  await saveIncident(store, incident, 'absent');
});

const portsOf = (more: Partial<ApiPorts> = {}): ApiPorts => ({
  deployment,
  store,
  clock,
  log,
  signer,
  act: (request) => actOnIncident(request, { store, clock, runId: `act-${acts++}` }),
  ...more,
});

async function ask(path: string, init: RequestInit = {}, ports = portsOf(), context: object = {}): Promise<Response> {
  return createApi(async () => ports).request(`https://api.test${path}`, init, {
    event: { requestContext: { requestId: 'r-1', ...context } },
  });
}

const linkTo = async (kind: ActionToken['action'], of = incident): Promise<string> => {
  const links = await actionLinks({ signer, deployment, baseUrl: 'https://api.test/' })(of, clock.now());
  return new URL(links.find((one) => one.kind === kind)!.url).pathname;
};
const signed = async (token: ActionToken, by = signer, of = deployment): Promise<string> => {
  const text = encodeToken(token);
  return `/a/${text}.${await by.sign(signedText(of, text))}`;
};
const tokenOf = (more: Partial<ActionToken> = {}): ActionToken => {
  const { id, group, number } = incident;
  return { action: 'acknowledge', incident: id, group, number, expiresAt: Math.floor(clock.time) + day, ...more };
};
const stored = async (): Promise<Incident> => (await loadIncident(store, incident.group)).incident!;
const everything = async (): Promise<string> => {
  const found: [string, string][] = [];
  for await (const key of store.list('')) found.push([key, new TextDecoder().decode((await store.get(key))!.body)]);
  return JSON.stringify(found);
};
const form = (fields: Record<string, string>): RequestInit => ({ method: 'POST', body: new URLSearchParams(fields) });
const headingOf = async (response: Response): Promise<string | undefined> =>
  /<h1>(.*)<\/h1>/.exec(await response.text())?.[1];

describe('opening a link', () => {
  it.each(['acknowledge', 'snooze', 'normal'] as const)('to %s asks first, and changes nothing', async (kind) => {
    const before = await everything();
    const answer = await ask(await linkTo(kind));
    expect(answer.status).toBe(200);
    const page = await answer.text();
    expect(page).toContain('<form method="post">');
    expect(page).toContain('web-1');
    expect(await everything()).toBe(before);
  });

  it('says by HEAD what GET says, without a body, as whatever previews links asks', async () => {
    const path = await linkTo('acknowledge');
    const head = await ask(path, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries((await ask(path)).headers));
  });

  it('is told nowhere else, kept by nobody, framed by nobody, and runs no script', async () => {
    const { headers } = await ask(await linkTo('snooze'));
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-robots-tag')).toContain('noindex');
    const policy = headers.get('content-security-policy')!;
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    const style = /<style>([\s\S]*)<\/style>/.exec(await (await ask(await linkTo('snooze'))).text())![1];
    expect(policy).toContain(createHash('sha256').update(style).digest('base64'));
  });

  it.each(['PUT', 'DELETE', 'PATCH'])('answers %s with what it answers instead', async (method) => {
    const answer = await ask(await linkTo('acknowledge'), { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
  });
});

describe('the button', () => {
  it('acknowledges, once, under the name that was given', async () => {
    const path = await linkTo('acknowledge');
    const first = await ask(path, form({ who: 'Ada' }));
    expect([first.status, await headingOf(first)]).toEqual([200, 'Acknowledged']);
    expect((await stored()).acknowledged).toEqual({ by: 'Ada, by a link', at: clock.time });
    const again = await ask(path, form({ who: 'Eve' }));
    expect([again.status, await headingOf(again)]).toEqual([200, 'Already acknowledged']);
    expect((await stored()).acknowledged?.by).toBe('Ada, by a link');
    const { records } = await readAudit(store, { from: t0, to: t0 + day, incident: incident.id });
    expect(records.map(({ kind }) => kind)).toEqual(['action']);
  });

  it.each([
    ['two hours without a body', { method: 'POST' }, 2 * hour],
    ['two hours where nothing was chosen', form({}), 2 * hour],
    ['as long as was chosen', form({ for: '8h' }), 8 * hour],
  ])('snoozes %s', async (_, init, seconds) => {
    const answer = await ask(await linkTo('snooze'), init);
    expect(await headingOf(answer)).toBe('Snoozed');
    expect((await stored()).snoozed).toEqual({ by: 'somebody, by a link', until: clock.time + seconds });
  });

  it('stores what is normal, once, and says when it ends', async () => {
    const path = await linkTo('normal');
    const page = await (await ask(path, form({ for: '7d', who: 'Ada' }))).text();
    expect(page).toContain('no longer told until');
    const { feedback } = await listFeedback('web', { store, log });
    expect(feedback).toEqual([
      expect.objectContaining({
        series: 'web-1/cpu',
        direction: 'above',
        strength: 3,
        by: 'Ada, by a link',
        incident: incident.id,
        until: clock.time + 7 * day,
      }),
    ]);
    expect(await headingOf(await ask(path, form({ for: '7d' })))).toBe('Already noted as normal');
    expect((await listFeedback('web', { store, log })).feedback).toHaveLength(1);
  });

  it('says that it is over where the incident ended meanwhile, and changes nothing', async () => {
    const path = await linkTo('acknowledge');
    await saveIncident(
      store,
      close(await stored(), 'recovered', clock.time),
      (await loadIncident(store, incident.group)).version,
    );
    const before = await everything();
    const answer = await ask(path, form({}));
    expect([answer.status, await headingOf(answer)]).toEqual([409, 'This incident is over']);
    expect(await headingOf(await ask(path))).toBe('This incident is over');
    expect(await everything()).toBe(before);
  });

  it('still takes that it was normal: of an incident that is over, and of one whose record was since deleted', async () => {
    const over = close(incident, 'recovered', clock.time);
    const path = await linkTo('normal', over);
    await keepClosed(store, over);
    await store.delete(keys.incident(incident.group));
    clock.time += 3 * day;
    expect((await ask(path)).status).toBe(200);
    expect(await headingOf(await ask(path, form({})))).toBe('Noted as normal');
    expect((await listFeedback('web', { store, log })).feedback).toHaveLength(1);
  });

  it('takes another incident of the group for what it is: another', async () => {
    const path = await linkTo('acknowledge');
    const next = { ...incident, id: 'another', number: incident.number + 300 };
    await saveIncident(store, next, (await loadIncident(store, incident.group)).version);
    const answer = await ask(path, form({}));
    expect([answer.status, await headingOf(answer)]).toEqual([410, 'This incident is no longer known']);
    expect((await stored()).acknowledged).toBeNull();
  });

  it.each([
    ['a name of a book', { who: 'n'.repeat(81) }, 400],
    ['no length of time', { for: 'yesterday' }, 400],
    ['a blink', { for: '1s' }, 400],
    ['a year of silence', { for: '366d' }, 400],
  ])('does not understand %s', async (_, fields, status) => {
    const answer = await ask(await linkTo('snooze'), form(fields));
    expect([answer.status, await headingOf(answer)]).toEqual([status, 'That was not understood']);
    expect((await stored()).snoozed).toBeNull();
  });

  it('reads no more than a form has', async () => {
    const answer = await ask(await linkTo('snooze'), { method: 'POST', body: 'x'.repeat(4097) });
    expect(answer.status).toBe(413);
    expect((await stored()).snoozed).toBeNull();
  });
});

describe('a token', () => {
  it('does one thing: each changes only what it is for', async () => {
    await ask(await linkTo('snooze'), form({}));
    expect(await stored()).toMatchObject({ acknowledged: null, snoozed: { by: 'somebody, by a link' } });
    expect((await listFeedback('web', { store, log })).feedback).toEqual([]);
  });

  it('made into one for another action is not valid', async () => {
    const [, signature] = (await linkTo('snooze')).split('.');
    const answer = await ask(`/a/${encodeToken(tokenOf())}.${signature}`, form({}));
    expect(answer.status).toBe(404);
    expect((await stored()).acknowledged).toBeNull();
  });

  it.each<[string, () => Promise<string>, number, string]>([
    [
      'is valid until its last second',
      () => signed(tokenOf({ expiresAt: Math.floor(clock.time) + 1 })),
      200,
      'Acknowledged',
    ],
    [
      'is not valid from then on',
      () => signed(tokenOf({ expiresAt: Math.floor(clock.time) })),
      410,
      'This link has expired',
    ],
    ['of another deployment is not valid', () => signed(tokenOf(), signer, 'other'), 404, 'This link is not valid'],
    [
      'under another key is not valid',
      () => signed(tokenOf(), new HmacSigner(new EnvironmentSecrets({ KEY: 'z'.repeat(40) }), { variable: 'KEY' })),
      404,
      'This link is not valid',
    ],
    [
      'of an unknown group is forgotten',
      () => signed(tokenOf({ group: 'all' })),
      410,
      'This incident is no longer known',
    ],
    [
      'of a thing that the incident does not have is forgotten',
      () => signed(tokenOf({ action: 'normal', member: fingerprint('nothing') })),
      410,
      'This incident is no longer known',
    ],
  ])('%s', async (_, path, status, heading) => {
    const answer = await ask(await path(), form({}));
    expect([answer.status, await headingOf(answer)]).toEqual([status, heading]);
  });

  it('that is garbage is not valid, whatever it is, and costs no look into the store', async () => {
    const blind = portsOf({
      store: Object.assign(new MemoryObjectStore(), { get: () => Promise.reject(new Error('was asked')) }),
    });
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 300, unit: 'binary' }), async (text) => {
        const answer = await ask(`/a/${encodeURIComponent(text.replace(/\p{Cs}/gu, ''))}x`, {}, blind);
        expect(answer.status).toBe(404);
      }),
    );
    expect((await ask(`/a/${'A'.repeat(100_000)}.${'A'.repeat(43)}`, {}, blind)).status).toBe(404);
  });

  it('is never valid where actions are off', async () => {
    const { signer: given, ...off } = portsOf();
    expect(given).toBe(signer);
    expect((await ask(await linkTo('acknowledge'), form({}), off)).status).toBe(404);
  });

  it('whose key cannot be read is our fault: it is logged, and told without a word of the key', async () => {
    const broken = { sign: signer.sign.bind(signer), verify: () => Promise.reject(new Error('secret gone')) };
    const answer = await ask(await linkTo('acknowledge'), {}, portsOf({ signer: broken }));
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('secret gone');
    expect(log.lines.map(({ level }) => level)).toEqual(['error', 'info']);
  });
});

describe('links in a notice', () => {
  const kinds = async (of: Incident) =>
    (await actionLinks({ signer, deployment, baseUrl: 'https://api.test' })(of, clock.now())).map(({ kind }) => kind);

  it('say what can be done while it is open, and after it only that it was normal', async () => {
    expect(await kinds(incident)).toEqual(['acknowledge', 'snooze', 'normal']);
    expect(await kinds(close(incident, 'recovered', clock.time))).toEqual(['normal']);
  });

  it('call no limit normal that somebody set', async () => {
    expect(await kinds(incidentOf([limit]))).toEqual(['acknowledge', 'snooze']);
  });

  it('mean the entity as a whole before its metrics, and take these with it', async () => {
    const whole = finding('anomaly:web-1', {
      source: 'entity',
      label: 'web-1',
      deviation: { ...deviation, direction: 'any', metrics: ['web-1/cpu'] },
    });
    const { series, ...entity } = whole;
    expect(series).toBe(whole.key);
    incident = incidentOf([cpu, entity]);
    await saveIncident(store, incident, (await loadIncident(store, incident.group)).version);
    await ask(await linkTo('normal'), form({}));
    const { feedback } = await listFeedback('web', { store, log });
    expect(feedback.map(({ source, series }) => [source, series]).sort()).toEqual([
      ['entity', null],
      ['series', 'web-1/cpu'],
    ]);
  });

  it('expire after a week', async () => {
    const path = await linkTo('acknowledge');
    clock.time += LINK_SECONDS - 1;
    expect((await ask(path)).status).toBe(200);
    clock.time += 1;
    expect((await ask(path)).status).toBe(410);
  });
});

describe('POST /mute', () => {
  const iam = { authorizer: { iam: { userArn: 'arn:aws:iam::123456789012:role/deploy' } } };
  const post = (body: string, context: object = iam) => ask('/mute', { method: 'POST', body }, portsOf(), context);

  it('opens a window that ends by itself, in the name of who signed', async () => {
    const answer = await post(
      JSON.stringify({ for: '30m', why: 'deployment', watch: 'web', labels: { team: 'shop' } }),
    );
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({
      id: 'r-1',
      from: '2026-11-21T09:01:00.000Z',
      until: '2026-11-21T09:31:00.000Z',
      match: { watch: ['web'], labels: { team: ['shop'] } },
      why: 'deployment',
      by: 'arn:aws:iam::123456789012:role/deploy',
    });
    expect((await listMutes({ store, clock, log })).map(({ id }) => id)).toEqual(['r-1']);
    clock.time += 91 * minute;
    expect(await listMutes({ store, clock, log })).toEqual([]);
  });

  it('mutes nothing for whom API Gateway does not know', async () => {
    expect((await post('{"for":"30m"}', {})).status).toBe(403);
    expect(await listMutes({ store, clock, log })).toEqual([]);
  });

  it.each([
    ['no JSON', '{', 400, /the body/],
    ['an empty body', '', 400, /the body/],
    ['no length', '{"why":"x"}', 400, /for/],
    ['a length that is none', '{"for":"soon"}', 400, /not a duration/],
    ['a month', '{"for":"30d"}', 400, /at most 7d/],
    ['a word that does not exist', '{"for":"1h","watches":"web"}', 400, /watches/],
    ['a name of its own', '{"for":"1h","by":"root"}', 400, /by/],
    ['a list of nothing', '{"for":"1h","watch":[]}', 400, /watch/],
    ['a book', `{"for":"1h","why":"${'x'.repeat(17_000)}"}`, 413, /16384/],
  ])('refuses %s and says what to send', async (_, body, status, message) => {
    const answer = await post(body);
    const { error } = (await answer.json()) as { error: string };
    expect([answer.status, error]).toEqual([status, expect.stringMatching(message)]);
    expect(error).toContain('send { "for": "30m"');
    expect(await listMutes({ store, clock, log })).toEqual([]);
  });

  it.each(['GET', 'PUT'])('answers no %s', async (method) => {
    expect((await ask('/mute', { method })).status).toBe(405);
  });
});

it.each(['/', '/a', '/a/', '/a/b/c', '/favicon.ico'])('answers %s with nothing that helps to guess', async (path) => {
  expect((await ask(path)).status).toBe(404);
});
