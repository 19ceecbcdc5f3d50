import { describe, expect, it } from 'vitest';
import { MemoryMetricSink } from '../../shared/adapters/local/memory-metric-sink.ts';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { isElsewhere, watchAsHeard } from '../../shared/alerting/elsewhere.ts';
import { calledNormal } from '../../shared/alerting/feedback.ts';
import type { Incident } from '../../shared/alerting/incident.ts';
import { memberMeant } from '../../shared/pipeline/action-links.ts';
import type { AlertPorts } from '../../shared/pipeline/alert-ports.ts';
import { lostFindings } from '../../shared/pipeline/lost-findings.ts';
import { routeAlerts } from '../../shared/pipeline/route-alert.ts';
import { settingsSchema } from '../../shared/settings/settings.ts';
import { exampleSignal } from '../../shared/pipeline/example-signal.ts';

const settings = settingsSchema.parse({ name: 'shop', watches: { servers: { select: 'AWS/EC2' } } });
const now = 1_800_001_200;

const member = (watch: string): unknown => ({
  watch,
  shard: 's-0001',
  evaluatedAt: now - 1200,
  intervalSeconds: 300,
  firedAt: now - 1200,
  finding: { key: 'k', kind: 'anomaly', status: 'firing' },
});
const incidentOf = (watch: string): Incident =>
  ({ status: 'open', groupedBy: 'entity', members: { k: member(watch) } }) as unknown as Incident;

const here = { account: '111111111111', region: 'eu-west-1' };
const finding = exampleSignal({
  ...{ deployment: 'shop', watch: 'servers', entity: 'InstanceId=i-1', labels: {}, severity: 'HIGH' },
  ...{ now, since: now - 300, status: 'firing', explanation: 'far above usual' },
}).findings[0];

const deviation = { direction: 'above', metrics: [], strength: 3, observed: 97, expected: 31 };

describe('what a watch of another deployment is called', () => {
  it.each([
    ['ours', 'shop', here, 'servers'],
    ['ours, where the event says nothing of its way', 'shop', undefined, 'servers'],
    ['of another name', 'shop-us', here, 'shop-us/servers'],
    ['of another name and region', 'shop-us', { ...here, region: 'us-east-1' }, 'shop-us/servers'],
    ['of our name, in another region', 'shop', { ...here, region: 'us-east-1' }, '111111111111.us-east-1/servers'],
    ['of our name, in another account', 'shop', { ...here, account: '222222222222' }, '222222222222.eu-west-1/servers'],
  ] as const)('%s', (_, deployment, from, expected) => {
    const heard = watchAsHeard({ deployment, watch: 'servers' }, 'shop', from, here);
    expect(heard).toBe(expected);
    expect(isElsewhere(heard)).toBe(expected !== 'servers');
  });
});

describe('signals of another deployment', () => {
  it('are of a watch of their own, whatever it is called here', async () => {
    const store = new MemoryObjectStore();
    const ports = {
      ...{ settings, store, bytes: nodeBytes, sink: new MemoryMetricSink(), channels: new Map(), runId: 'run' },
      clock: { now: () => now },
      log: { info: () => undefined, warn: () => undefined, error: console.error },
    } as unknown as AlertPorts;
    const sent = [
      ['shop', here.region],
      ['shop-us', 'us-east-1'],
      ['shop', 'us-west-2'],
    ] as const;
    const bodies = sent.map(([deployment, region]) => {
      const signal = exampleSignal({
        ...{ deployment, watch: 'servers', entity: 'InstanceId=i-1', labels: {}, severity: 'HIGH' },
        ...{ now, since: now - 300, status: 'firing', explanation: 'far above usual' },
      });
      const { account } = here;
      return JSON.stringify({ id: deployment, 'detail-type': 'Signal', account, region, detail: signal });
    });
    const messages = bodies.map((body, k) => ({ id: String(k), body, here }));
    expect(await routeAlerts(messages, ports)).toEqual({ failed: [] });
    const open: string[] = [];
    for await (const key of store.list('incidents/open/')) open.push(decodeURIComponent(key));
    expect(open).toHaveLength(3);
    expect(open.filter((key) => key.includes('entity:shop-us/servers/'))).toHaveLength(1);
    expect(open.filter((key) => key.includes('entity:111111111111.us-west-2/servers/'))).toHaveLength(1);
    expect(open.filter((key) => key.includes('entity:servers/'))).toHaveLength(1);
  });

  it('are not called normal here: who judges them would not hear of it', () => {
    const incident = (watch: string): Pick<Incident, 'members'> =>
      ({ members: { k: { watch, firedAt: now, finding: { ...finding, deviation } } } }) as unknown as Incident;
    expect(calledNormal(incident('servers'))).toHaveLength(1);
    expect(calledNormal(incident('shop-us/servers'))).toEqual([]);
    expect(memberMeant(incident('shop-us/servers') as never)).toBeUndefined();
  });

  it('are not lost when they fall silent: their shards are not seen from here', async () => {
    const nobody = async (): Promise<undefined> => undefined;
    expect((await lostFindings(incidentOf('shop-us/servers'), settings, nobody, now)).size).toBe(0);
    // A watch of ours that is looked after no more is.
    expect((await lostFindings(incidentOf('former'), settings, nobody, now)).size).toBe(1);
  });
});
