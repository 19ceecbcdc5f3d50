import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The names under which the account holds the secrets. */
export const secrets = { slack: 'ops/slack', links: 'ops/links', pager: '/ops/pagerduty' } as const;

const common = `
name: shop
quotaShare: 1
selfAlarms: ops@example.com
alerts:
  channels:
    slack: { kind: slack, webhook: { secret: ${secrets.slack} } }
    pager: { kind: pagerduty, key: { parameter: ${secrets.pager} } }
  route: { channels: [slack, pager], groupWait: 1s }
  actions: { secret: { secret: ${secrets.links}, field: key } }
watches:
  shop:
    select: Shop
    every: 1m
    period: 1m
    limits: [{ metric: Latency, above: 2000 }]
    runbook: https://wiki.example.com/shop
`;

const stock = `  stock:
    select: Stock
    forecast: off
`;

/** What is deployed first; what it is changed to: another runbook, another watch; and what never gets through. */
export const versions = {
  first: common,
  second: common.replace('wiki.example.com/shop', 'wiki.example.com/shop-2') + stock,
  third: common + stock.replace('stock', 'orders'),
} as const;

export function writeSettings(folder: string): Readonly<Record<keyof typeof versions, string>> {
  const write = (version: keyof typeof versions): string => {
    const file = join(folder, `${version}.yaml`);
    writeFileSync(file, versions[version]);
    return file;
  };
  return { first: write('first'), second: write('second'), third: write('third') };
}
