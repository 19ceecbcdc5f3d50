import { describe, expect, it } from 'vitest';
import { run } from '../../bin/aiops.ts';
import { FileObjectStore } from '../../shared/adapters/local/file-object-store.ts';
import type { Incident } from '../../shared/alerting/incident.ts';
import { close } from '../../shared/alerting/incident-end.ts';
import { auditHead, writeAudit } from '../../shared/pipeline/alert-audit.ts';
import { keepClosed, loadIncident, saveIncident } from '../../shared/pipeline/incident-store.ts';
import { keys } from '../../shared/settings/keys.ts';
import { finding, heard, hour, signal } from '../alerting/told.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { scratchFolder } from './scratch-folder.ts';

const now = Math.floor(Date.now() / 1000);
const tick = Math.floor(now / 300) * 300 - hour;
const anomaly = finding('anomaly:web-1/cpu', {
  series: 'web-1/cpu',
  label: 'cpu',
  since: tick,
  deviation: { strength: 3, direction: 'above', observed: 90, expected: 50, metrics: [] },
});
const limit = finding('rule:above 90:web-1/disk', { kind: 'rule', source: 'above 90', label: 'disk', since: tick });

async function withIncidents(...all: readonly Incident[]) {
  const folder = scratchFolder();
  const store = new FileObjectStore(folder, { durable: false });
  for (const one of all) {
    await saveIncident(store, one, 'absent');
    await writeAudit(store, [{ ...auditHead(one, 'opened', tick), kind: 'opened' }], tick, `r-${one.id}`);
  }
  const aiops = async (line: string) => {
    const terminal = fakeTerminal({ cwd: folder, env: { USER: 'ada' } });
    const code = await run([...line.split(' '), '--data', '.'], terminal);
    return { code, out: terminal.stdout(), err: terminal.stderr() };
  };
  const stored = async (one: Incident) => (await loadIncident(store, one.group)).incident!;
  return { store, aiops, stored };
}

const open = heard([signal(tick, [anomaly])]);
const other = heard([signal(tick, [limit], { entity: 'db\u001b[31m-1' })]);

describe('incidents', () => {
  it('tells what is open, what it is, and since when', async () => {
    const { aiops } = await withIncidents(open, other);
    const { code, out } = await aiops('incidents');
    expect(code).toBe(0);
    expect(out).toContain(open.id);
    expect(out).toMatch(/web-1\s+web\s+\d{4}-\d\d-\d\d \d\d:\d\d\s+6\dm\s+firing/);
    expect(out).not.toContain('\u001b');
  });

  it('shows what would be told of one by the beginning of its id', async () => {
    const { aiops } = await withIncidents(open, other);
    const short = open.id.slice(0, 8).toUpperCase();
    const { code, out } = await aiops(`alert preview --incident ${short}`);
    expect(code).toBe(0);
    expect(out).toContain('web-1');
  });

  it('does not call normal what another deployment judges, and says where to', async () => {
    const foreign = heard([signal(tick, [anomaly], { watch: 'shop-us/web' })]);
    const { aiops } = await withIncidents(foreign);
    const { code, err } = await aiops(`incidents normal ${foreign.id}`);
    expect(code).toBe(2);
    expect(err).toMatch(/is of watch shop-us\/web, which another deployment judges.*--bucket/);
  });

  it('does not guess which of two is meant', async () => {
    const { aiops, store } = await withIncidents(open);
    const twin = { ...close(other, 'recovered', now - 600), id: `${open.id.slice(0, -1)}!` };
    await keepClosed(store, twin);
    const { code, err } = await aiops(`alert preview --incident ${open.id.slice(0, -1)}`);
    expect(code).toBe(2);
    expect(err).toContain(`2 incidents begin so: ${open.id}, ${twin.id}`);
  });

  it('names a record that cannot be read, where to read what to do, and shows the others', async () => {
    const { aiops, store } = await withIncidents(open);
    await store.put(keys.incident('entity:web/lost'), new TextEncoder().encode('{'));
    const { code, out, err } = await aiops('incidents');
    expect(code).toBe(0);
    expect(out).toContain(open.id);
    expect(err).toMatch(/incidents\/open\/.*lost.* cannot be read: see "A record cannot be read"/);
    const asJson = JSON.parse((await aiops('incidents --json')).out) as { unreadable: string[] };
    expect(asJson.unreadable).toHaveLength(1);
  });

  it('says so where nothing is, and what is over apart from what is open', async () => {
    const { aiops, store } = await withIncidents(other);
    const over = close(open, 'recovered', now - 600);
    await keepClosed(store, over);
    const { out } = await aiops('incidents list');
    expect(out.indexOf('Over, of the last day')).toBeGreaterThan(out.indexOf(other.id));
    expect(out).toMatch(/recovered 10 minutes ago/);
    const none = await withIncidents();
    expect((await none.aiops('incidents')).out).toBe('No incident is open.\n');
  });

  it('gives them as JSON', async () => {
    const { aiops } = await withIncidents(open);
    expect(JSON.parse((await aiops('incidents --json')).out)).toMatchObject({ open: [{ id: open.id }], closed: [] });
  });

  it('tells the whole story of one, known by the beginning of its id', async () => {
    const { aiops } = await withIncidents(open);
    await aiops(`incidents ack ${open.id}`);
    const { code, out } = await aiops(`incidents show ${open.id.slice(0, 6)}`);
    expect(code).toBe(0);
    expect(out).toContain('web-1, firing');
    expect(out).toContain('far above usual');
    expect(out).toMatch(/opened\n.*acknowledged by ada/);
    expect(out).toContain('acknowledged by ada');
  });
});

describe('what a person does', () => {
  it.each<[string, string, (incident: Incident) => unknown, unknown]>([
    ['acknowledges', 'ack', ({ acknowledged }) => acknowledged?.by, 'ada'],
    ['closes', 'close', ({ status, closedBy }) => [status, closedBy], ['closed', 'ada']],
  ])('%s', async (_, verb, read, expected) => {
    const { aiops, stored } = await withIncidents(open);
    const { code, out } = await aiops(`incidents ${verb} ${open.id}`);
    expect([code, out]).toEqual([0, expect.stringContaining(open.id)]);
    expect(read(await stored(open))).toEqual(expected);
  });

  it('snoozes for as long as asked, under the name that was given', async () => {
    const { aiops, stored } = await withIncidents(open);
    const { code, out } = await aiops(`incidents snooze ${open.id} --for 3h --by Grace`);
    expect([code, out]).toEqual([0, expect.stringContaining('snoozed for 3 hours')]);
    const { snoozed } = await stored(open);
    expect(snoozed?.by).toBe('Grace');
    expect(Math.abs(snoozed!.until - now - 3 * hour)).toBeLessThan(60);
  });

  it('calls it normal, sees it listed, and takes it back', async () => {
    const { aiops, store } = await withIncidents(open);
    const said = JSON.parse((await aiops(`incidents normal ${open.id} --for 30d --json`)).out) as {
      outcome: string;
      feedback: { id: string }[];
    };
    expect(said).toMatchObject({ outcome: 'done', feedback: [{ series: 'web-1/cpu', direction: 'above', by: 'ada' }] });
    expect((await aiops(`incidents normal ${open.id}  --for 29d`.replace('  ', ' '))).out).toContain(
      'Somebody said so before',
    );
    const [{ id }] = said.feedback;
    const listed = (await aiops('feedback')).out;
    expect(listed).toContain(id);
    expect(listed).toMatch(/web-1 cpu\s+above usual \(90 %, expected 50 %\)\s+ada .*in 30 days/);
    expect((await aiops(`feedback remove ${id}`)).code).toBe(0);
    expect(await store.get(keys.feedback('web', id))).toBeUndefined();
    expect((await aiops('feedback')).out).toBe('Nobody called anything normal.\n');
  });

  it('still calls normal what is over', async () => {
    const over = close(open, 'recovered', now - 600);
    const { aiops } = await withIncidents(over);
    expect(await aiops(`incidents normal ${open.id}`)).toMatchObject({ code: 0 });
  });

  it.each([
    ['an incident that is not there', 'incidents show zzzz', /zzzz: no such incident in the last 30 days/],
    ['no incident at all', 'incidents ack', /missing <id>: aiops incidents ack <id>/],
    ['a word that is none', 'incidents acknowlege x', /not one of list, show, ack/],
    ['a length of time that is none', `incidents snooze ${open.id} --for soon`, /--for soon: not a duration/],
    ['a silence of a month', `incidents snooze ${open.id} --for 30d`, /--for 30d: at most 14d/],
    ['an option of another action', `incidents ack ${open.id} --for 2h`, /--for: incidents ack takes none/],
    ['a series that it does not have', `incidents normal ${open.id} --series disk`, /has no such anomaly; it has cpu/],
    ['a limit that somebody set', `incidents normal ${other.id}`, /change the rule in the settings/],
    ['feedback that is not there', 'feedback remove nothing', /nothing: there is no such feedback/],
    ['an action that is none', 'feedback add', /not one of list, remove/],
  ])('is refused for %s, with what to do', async (_, line, message) => {
    const { aiops } = await withIncidents(open, other);
    const { code, err } = await aiops(line);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });

  it('is refused for what is over', async () => {
    const { aiops } = await withIncidents(close(open, 'recovered', now - 600));
    expect(await aiops(`incidents ack ${open.id}`)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/is over/) as string,
    });
  });
});

it.each([
  [
    'a folder that is not there',
    ['incidents', '--data', 'nowhere'],
    /nowhere: there is no such folder; run aiops detect/,
  ],
  ['a folder and a bucket', ['feedback', '--data', '.', '--bucket', 'b-1'], /exclude each other/],
  ['no name of a bucket', ['incidents', '--bucket', 'My_Bucket'], /My_Bucket: not the name of a bucket/],
])('names %s as the mistake', async (_, argv, message) => {
  const terminal = fakeTerminal({ cwd: scratchFolder() });
  expect([await run(argv, terminal), terminal.stderr()]).toEqual([2, expect.stringMatching(message)]);
});
