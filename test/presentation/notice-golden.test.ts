import { describe, expect, it } from 'vitest';
import type { Notice } from '../../shared/alerting/notice.ts';
import { pagerDutyEvent } from '../../shared/presentation/pagerduty-event.ts';
import { slackMessage } from '../../shared/presentation/slack-message.ts';
import { terminalNotice } from '../../shared/presentation/terminal-notice.ts';
import { examples } from './notice-examples.ts';

const json = (value: unknown): string => JSON.stringify(value, null, 2);

/** Everything of one notice that somebody reads, in one file that can be read in a minute. */
const rendered = (notice: Notice): string =>
  [
    '# Terminal, 80 columns',
    ...terminalNotice(notice, { width: 80, colours: false, unicode: true }),
    '',
    '# Slack',
    json(slackMessage(notice, 'full')),
    '',
    '# Slack, text alone',
    slackMessage(notice, 'plain').text,
    '',
    '# PagerDuty',
    json(pagerDutyEvent(notice)),
    '',
  ].join('\n');

describe('what people read of a notice', () => {
  it.each(Object.entries(examples))('%s is as it was reviewed', async (name, notice) => {
    await expect(rendered(notice)).toMatchFileSnapshot(`../fixtures/notices/${name}.txt`);
  });
});
