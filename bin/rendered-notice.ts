import type { Notice } from '../shared/alerting/notice.ts';
import { pagerDutyEvent } from '../shared/presentation/pagerduty-event.ts';
import { slackMessage } from '../shared/presentation/slack-message.ts';
import { terminalNotice } from '../shared/presentation/terminal-notice.ts';
import { webhookBody } from '../shared/presentation/webhook-body.ts';
import type { ChannelSettings } from '../shared/settings/alert-settings.ts';
import type { Terminal } from './terminal.ts';

export type ChannelKind = ChannelSettings['kind'];

/** What would be sent to a channel of a kind: lines for a terminal, else the body of the request, without its secret. */
export function rendered(notice: Notice, kind: ChannelKind, { columns, colours, unicode }: Terminal): unknown {
  switch (kind) {
    case 'terminal':
      return terminalNotice(notice, { width: Math.max(30, Math.min(columns, 110)), colours, unicode });
    case 'slack':
      return slackMessage(notice, 'full');
    case 'pagerduty':
      return pagerDutyEvent(notice);
    case 'webhook':
    case 'lambda':
      return webhookBody(notice);
  }
}
